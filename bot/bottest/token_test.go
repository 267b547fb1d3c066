package bottest_test

import (
	"encoding/base64"
	"net/url"
	"strings"
	"testing"
	"time"

	"ombra/bot"
	"ombra/bot/bottest"
)

// formOf opens the filing form of an account.
func (s *scene) formOf(account string) bot.Step {
	s.t.Helper()
	p := s.seat(account)
	p.pick("report")
	p.press(phrase.Get("gate.go-on"))
	return p.Step()
}

// sent is a form sent by an account, with all of its fields.
func sent(account string, token bot.Token, with ...string) bot.Event {
	v := told(with...)
	v["danger"] = []string{"no"}
	return bot.Event{From: bot.NewAccount("test:" + account), Via: bot.Via{Name: "terminal", Exposed: true, Files: true}, Token: token, Form: true, Values: v}
}

// isLost requires the one answer to a token that does not open: nothing stored,
// and what was typed given back.
func (s *scene) isLost(what string, ev bot.Event) {
	s.t.Helper()
	size := s.size()
	step := s.again(ev)
	if step.IsForm() || !strings.Contains(step.Text, phrase.Get("lost.text")) || len(step.Files) > 0 || step.Check() != nil {
		s.t.Errorf("%s: %s", what, bare(step))
	}
	if ev.Values != nil && !strings.Contains(step.Quote, "The tool hit a clinic.") {
		s.t.Errorf("%s: what was typed is lost", what)
	}
	s.grew(size, 0, what)
}

// TestTokenBinding: a token is good for one account of one office, as the form or
// the button that it was made for. In any other hand it is nothing, and what was
// typed beside it is given back.
func TestTokenBinding(t *testing.T) {
	s := newScene(t, bottest.Settings{})
	form := s.formOf("staff")
	s.isLost("another account", sent("mallory", form.Token))
	elsewhere := sent("staff", form.Token)
	elsewhere.From = bot.NewAccount("other:staff")
	s.isLost("another platform", elsewhere)
	as := sent("staff", form.Token)
	as.Form = false
	s.isLost("a form's as a button's", as)
	s.seat("staff").pick("report")
	button := s.seat("staff").Step().Buttons[0]
	s.isLost("a button's as a form's", sent("staff", button.Token))

	options := s.options // the same keys
	options.Origin = "other.ombra.invalid"
	if step := bot.New(options).Handle(t.Context(), sent("staff", form.Token)); !strings.Contains(step.Text, phrase.Get("lost.text")) {
		t.Errorf("another office: %s", bare(step))
	}
	if step := s.again(sent("staff", form.Token)); !strings.Contains(step.Text, "*") || step.Title != phrase.Get("receipt.title") {
		t.Errorf("its owner: %s", bare(step))
	}
}

// TestTokenEdited: whoever sees a token changes a byte, to make it another flow,
// another case or a longer life. Every change is found.
func TestTokenEdited(t *testing.T) {
	s := newScene(t, bottest.Settings{})
	form := s.formOf("staff")
	raw, err := base64.RawURLEncoding.DecodeString(string(form.Token))
	if err != nil || len(form.Token) > 1500 {
		t.Fatal(err, len(form.Token))
	}
	for i := range raw {
		for _, flip := range []byte{1, 0x80} {
			changed := append([]byte(nil), raw...)
			changed[i] ^= flip
			s.isLost("a changed byte", sent("staff", bot.Token(base64.RawURLEncoding.EncodeToString(changed))))
		}
	}
	token := string(form.Token)
	for _, edited := range []string{
		token + "A", token + "=", token + "\n", " " + token, token[:len(token)-1], token[1:], strings.ToUpper(token),
		"x", "=", "\x00", "ключ", strings.Repeat("A", 1501), strings.Repeat("A", 1<<20), base64.StdEncoding.EncodeToString(raw) + "==",
	} {
		s.isLost("an edited token", sent("staff", bot.Token(edited)))
	}
	if step := s.again(sent("staff", form.Token)); step.Title != phrase.Get("receipt.title") {
		t.Errorf("the true one: %s", bare(step))
	}
}

// TestTokenExpired: a form that was open for longer than a day comes back whole,
// under the same draft receipt: whether the first one had gone through or not,
// there is one case and one receipt in the end.
func TestTokenExpired(t *testing.T) {
	for _, before := range []bool{true, false} {
		s := newScene(t, bottest.Settings{})
		form := s.formOf("staff")
		ev := sent("staff", form.Token, "chris")
		want := ""
		if before {
			want = s.receiptOn(bottest.ScreenOf(s.again(ev)))
		}
		s.o.Pass(24*time.Hour - time.Second)
		size := s.size()
		if before {
			if got := s.receiptOn(bottest.ScreenOf(s.again(ev))); got != want {
				t.Error("within the day: another receipt")
			}
		}
		s.o.Pass(2 * time.Second)
		back := s.again(ev)
		screen := bottest.ScreenOf(back)
		if !back.IsForm() || !screen.Has(phrase.Get("file.stale")) || back.Check() != nil {
			t.Fatalf("an expired form: %s", bare(back))
		}
		for id, values := range ev.Values {
			if got := screen.Values[id]; len(got) != 1 || got[0] != values[0] {
				t.Errorf("%s is lost: %q", id, got)
			}
		}
		s.grew(size, 0, "an expired form")
		ev.Token = back.Token
		got := s.receiptOn(bottest.ScreenOf(s.again(ev)))
		if before && got != want || s.count("cases") != 1 {
			t.Errorf("filed before %v: %d cases, %s after %s", before, s.count("cases"), got, want)
		}
	}
}

// TestTokenExpiredEverywhere: the other forms come back too, and an expired button
// does nothing but show.
func TestTokenExpiredEverywhere(t *testing.T) {
	s := newScene(t, bottest.Settings{Names: []string{"anna", "bela"}, Change: typed})
	rec := s.file("staff", told())
	s.look("staff", rec)
	s.seat("staff").press(phrase.Get("mine.add"))
	add := s.seat("staff").Step()
	s.card("anna").press(phrase.Get("act.acknowledge"))
	anna := s.seat("anna")
	anna.press(phrase.Get("act.assess"))
	assess := anna.Step()
	anna.pick("inbox")
	s.card("anna").press(phrase.Get("act.answer"))
	reply := anna.Step()
	card := s.card("anna").Step()
	_, sealed := s.sealedFile("The supplier sold it twice.")
	_, inner := s.opened(sealed.File)
	s.seat("three").say("", bottest.FileOf("stock.age", inner["body.age"]))
	s.said = s.seat("three").last().Said
	s.o.Pass(24*time.Hour + time.Second)
	size := s.size()
	for _, x := range []struct {
		who    string
		form   bot.Step
		values url.Values
	}{
		{"staff", add, url.Values{"more": {"one thing"}, "receipt": {rec}}},
		{"anna", assess, url.Values{"category": {"other"}, "priority": {"high"}, "urgent": {"yes"}, "stage": {"investigating"}}},
		{"anna", reply, url.Values{"reply": {"one thing"}}},
		{"three", s.seat("three").Step(), url.Values{"kind": {"redress"}, "exclude": {"bela"}}},
	} {
		back := s.again(bot.Event{
			From: bot.NewAccount("test:" + x.who), Via: bot.Via{Name: "terminal", Files: true}, Token: x.form.Token, Form: true, Values: x.values, Recall: s.recall,
		})
		screen := bottest.ScreenOf(back)
		for id, v := range x.values {
			if id != "receipt" && (!back.IsForm() || len(screen.Values[id]) != 1 || screen.Values[id][0] != v[0]) {
				t.Errorf("%s: %s is lost: %s", x.form.Title, id, bare(back))
			}
		}
		if !screen.Has(phrase.Get("file.stale")) {
			t.Errorf("%s comes back without a word of why: %s", x.form.Title, screen.Text)
		}
	}
	for _, b := range card.Buttons {
		if b.Token == "" {
			continue
		}
		step := s.again(bot.Event{From: bot.NewAccount("test:anna"), Token: b.Token})
		if len(step.Files) > 0 || step.Check() != nil {
			t.Errorf("%s gives something: %s", b.Label, bare(step))
		}
	}
	s.grew(size, 0, "what had expired")
}

// TestTokenKeysDie: a platform keeps tokens beside accounts for ever. 49 hours
// later nothing opens one, and nothing on the disk could: each key is random, and
// gone. A file that was copied in between and the tokens of a day do not help on
// another day.
func TestTokenKeysDie(t *testing.T) {
	for _, at := range []time.Duration{0, 13*time.Hour + 45*time.Minute, 13*time.Hour + 46*time.Minute + 30*time.Second} { // until just before and after midnight
		s := newScene(t, bottest.Settings{})
		s.o.Pass(at)
		form := s.formOf("staff")
		made, err := s.o.Tokens.Read()
		if err != nil {
			t.Fatal(err)
		}
		keys := keysIn(t, made)
		s.o.Pass(49 * time.Hour)
		s.isLost("49 hours later", sent("staff", form.Token)) // before the keys were aged
		if err := s.options.Keys.Age(s.o.Now()); err != nil {
			t.Fatal(err)
		}
		now, err := s.o.Tokens.Read()
		if err != nil {
			t.Fatal(err)
		}
		for day, key := range keys {
			if strings.Contains(string(now), key) {
				t.Errorf("the key of %s is still there", day)
			}
		}
		s.isLost("49 hours later", sent("staff", form.Token))
		// A restart reads the file: it finds nothing either.
		ring, err := bot.NewKeyring(s.o.Tokens, s.o.Now())
		if err != nil {
			t.Fatal(err)
		}
		options := s.options
		options.Keys = ring
		if step := bot.New(options).Handle(t.Context(), sent("staff", form.Token)); !strings.Contains(step.Text, phrase.Get("lost.text")) {
			t.Errorf("after a restart: %s", bare(step))
		}
	}
}

// TestTokenOfADay: keys are of their day, and nothing but the file leads to them.
// Under another day's clock, or after the file was lost, the day's tokens are dead.
func TestTokenOfADay(t *testing.T) {
	s := newScene(t, bottest.Settings{})
	form := s.formOf("staff")
	for _, days := range []time.Duration{-1, 2, 365} {
		s.o.Pass(days * 24 * time.Hour)
		s.isLost("another day", sent("staff", form.Token))
		s.o.Pass(-days * 24 * time.Hour)
	}
	ring, err := bot.NewKeyring(&bottest.MemoryKeys{}, s.o.Now())
	if err != nil {
		t.Fatal(err)
	}
	options := s.options
	options.Keys = ring
	step := bot.New(options).Handle(t.Context(), sent("staff", form.Token))
	if !strings.Contains(step.Text, phrase.Get("lost.text")) || !strings.Contains(step.Quote, "The tool hit a clinic.") {
		t.Errorf("a lost key file: %s", bare(step))
	}
}

// TestTokenRestart: an office that was restarted at once goes on with open forms.
func TestTokenRestart(t *testing.T) {
	s := newScene(t, bottest.Settings{})
	form := s.formOf("staff")
	ring, err := bot.NewKeyring(s.o.Tokens, s.o.Now())
	if err != nil {
		t.Fatal(err)
	}
	options := s.options
	options.Keys = ring
	if step := bot.New(options).Handle(t.Context(), sent("staff", form.Token)); step.Title != phrase.Get("receipt.title") {
		t.Errorf("%s", bare(step))
	}
}
