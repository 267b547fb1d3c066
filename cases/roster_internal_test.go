package cases

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"ombra/crypto"
)

const today Day = "2026-11-23"

// keyed are public keys, made once: two of each kind are enough for a draw.
var keyed = func() map[bool]string {
	q, err := crypto.NewIdentity()
	if err != nil {
		panic(err)
	}
	return map[bool]string{true: q.Recipient().String(), false: "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj"}
}()

// rostered is somebody who serves; change makes of it what a test needs.
func rostered(name string, change ...func(*Ombudsman)) Ombudsman {
	o := Ombudsman{Name: name, Recipient: keyed[true], From: today.Add(-10), Until: today.Add(10), Proved: today.Add(-5)}
	for _, f := range change {
		f(&o)
	}
	return o
}

func backstop(o *Ombudsman) { o.Backstop = true }
func classic(o *Ombudsman)  { o.Recipient = keyed[false] }

// summary is who got what: designated and live, in reserve, the backstop.
func summary(list []drawn) string {
	var all []string
	for _, d := range list {
		all = append(all, fmt.Sprintf("%s:%s:%s", d.Name, d.rank, d.state))
	}
	slices.Sort(all)
	return fmt.Sprint(all)
}

func TestDraw(t *testing.T) {
	anna, outside := rostered("anna"), rostered("outside", backstop)
	for name, x := range map[string]struct {
		roster []Ombudsman
		want   want
		drawn  string
	}{
		"one eligible":         {[]Ombudsman{anna}, want{}, "[anna:designated:live]"},
		"one and the backstop": {[]Ombudsman{anna, outside}, want{}, "[anna:designated:live outside:backstop:dormant]"},
		"none":                 {nil, want{}, "[]"},
		"none but the backstop": {
			[]Ombudsman{rostered("anna", func(o *Ombudsman) { o.Removed = today }), outside}, want{}, "[outside:backstop:live]",
		},
		"all excluded":             {[]Ombudsman{anna, outside}, want{excluded: []string{"anna", "outside"}}, "[]"},
		"excluded but for outside": {[]Ombudsman{anna, outside}, want{excluded: []string{"anna"}}, "[outside:backstop:live]"},
		"the backstop is excluded": {[]Ombudsman{anna, outside}, want{excluded: []string{"outside"}}, "[anna:designated:live]"},
		"away":                     {[]Ombudsman{anna, rostered("bela", func(o *Ombudsman) { o.AwayFrom, o.AwayUntil = today, today })}, want{}, "[anna:designated:live]"},
		"away later":               {[]Ombudsman{rostered("bela", func(o *Ombudsman) { o.AwayFrom, o.AwayUntil = today.Add(1), today.Add(2) })}, want{}, "[bela:designated:live]"},
		"not proved":               {[]Ombudsman{anna, rostered("bela", func(o *Ombudsman) { o.Proved = "" })}, want{}, "[anna:designated:live]"},
		"not yet":                  {[]Ombudsman{anna, rostered("bela", func(o *Ombudsman) { o.From = today.Add(1) })}, want{}, "[anna:designated:live]"},
		"ended yesterday":          {[]Ombudsman{anna, rostered("bela", func(o *Ombudsman) { o.Until = today.Add(-1) })}, want{}, "[anna:designated:live]"},
		"first and last day":       {[]Ombudsman{rostered("bela", func(o *Ombudsman) { o.From, o.Until = today, today })}, want{}, "[bela:designated:live]"},
		"typed, both kinds":        {[]Ombudsman{anna, rostered("carl", classic)}, want{}, "[anna:designated:live carl:designated:live]"},
		"typed, classic only":      {[]Ombudsman{rostered("carl", classic)}, want{}, "[carl:designated:live]"},
		"sealed to hybrid keys":    {[]Ombudsman{anna, rostered("carl", classic)}, want{keys: quantumKey}, "[anna:designated:live]"},
		"sealed to classic keys":   {[]Ombudsman{anna, rostered("carl", classic), outside}, want{keys: classicKey}, "[carl:designated:live]"},
	} {
		x.want.day, x.want.designate, x.want.reserve = today, 2, 1
		if got := summary(draw(x.roster, x.want)); got != x.drawn {
			t.Errorf("%s: %s, want %s", name, got, x.drawn)
		}
	}
}

// TestDrawIsFair: each of six is drawn as often as any other, with any other,
// and in each rank; and nobody who is excluded ever is.
func TestDrawIsFair(t *testing.T) {
	roster := []Ombudsman{rostered("excluded"), rostered("outside", backstop)}
	for i := range 6 {
		roster = append(roster, rostered(string(rune('a'+i))))
	}
	w := want{day: today, excluded: []string{"excluded"}, designate: 2, reserve: 1}
	const n = 6000
	count := map[string]int{}
	for range n {
		var live []string
		for _, d := range draw(roster, w) {
			if d.Name == "excluded" {
				t.Fatal("an excluded one was drawn")
			}
			count[string(d.rank)+" "+d.Name]++
			if d.rank == Designated {
				live = append(live, d.Name)
			}
		}
		slices.Sort(live)
		count["pair "+live[0]+live[1]]++
	}
	fair := func(what string, got int, p float64) {
		t.Helper()
		// Six standard deviations: once in five hundred million runs.
		if off := math.Abs(float64(got) - n*p); off > 6*math.Sqrt(n*p*(1-p)) {
			t.Errorf("%s: %d of %d, want about %.0f", what, got, n, n*p)
		}
	}
	for i := range 6 {
		a := string(rune('a' + i))
		fair(a+" designated", count["designated "+a], 2.0/6)
		fair(a+" in reserve", count["reserve "+a], 1.0/6)
		for j := i + 1; j < 6; j++ {
			pair := a + string(rune('a'+j))
			fair("pair "+pair, count["pair "+pair], 1.0/15)
		}
	}
	if count["backstop outside"] != n {
		t.Errorf("the backstop was drawn %d times of %d", count["backstop outside"], n)
	}
}

// TestDrawLeavesTheRoster: the service draws from the one list that it keeps.
func TestDrawLeavesTheRoster(t *testing.T) {
	roster := []Ombudsman{rostered("a"), rostered("b"), rostered("c"), rostered("d")}
	for range 20 {
		draw(roster, want{day: today, designate: 2, reserve: 1})
	}
	for i, o := range roster {
		if o.Name != string(rune('a'+i)) {
			t.Fatalf("the roster is now %v", roster)
		}
	}
}
