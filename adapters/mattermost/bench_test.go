package mattermost_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ombra/adapters/mattermost/mattermostfake"
	"ombra/bot/bottest"
)

const crowd = 200

// BenchmarkCrowd: 200 people at once type the command, open the form, send it and are
// shown their receipt. What is timed is what the server waits for: from its call to
// the answer, with the dialog opened in between. Beside it, in the same run, what the
// machine can do: as many empty calls, and as many reports told to the bot without any
// platform.
//
//	go test ./adapters/mattermost -run '^$' -bench Crowd -benchtime 5x
func BenchmarkCrowd(b *testing.B) {
	var took [4][]time.Duration
	var all, alone, calls time.Duration
	for b.Loop() {
		r := newRoom(b, mattermostfake.Options{TriggerLife: time.Minute, Patience: time.Minute}, bottest.Settings{})
		began := time.Now()
		for i, d := range rush(b, r) {
			took[i] = append(took[i], d...)
		}
		all += time.Since(began)
		alone += aside(b, r)
		calls += empty(b)
		r.stop()
	}
	for i, what := range []string{"gate", "dialog", "filed", "receipt"} {
		slices.Sort(took[i])
		for name, at := range map[string]int{"p50": 50, "p95": 95, "max": 100} {
			b.ReportMetric(float64(took[i][min(len(took[i])*at/100, len(took[i])-1)].Microseconds())/1000, what+"-"+name+"-ms")
		}
	}
	n := float64(b.N) * crowd
	b.ReportMetric(n/all.Seconds(), "receipts/s")
	b.ReportMetric(n/alone.Seconds(), "bot-alone/s")
	b.ReportMetric(n/calls.Seconds(), "seven-empty-calls/s")
	b.ReportMetric(0, "ns/op")
}

// rush lets everybody do the same step at once, and then the next.
func rush(b *testing.B, r *room) (took [4][]time.Duration) {
	b.Helper()
	people := make([]*mattermostfake.Person, crowd)
	for i := range people {
		people[i] = r.fake.Seat(fmt.Sprintf("person%d", i))
		if _, _, err := r.fake.Client(people[i].Token).CreateDirectChannel(context.Background(), people[i].ID, r.bot.ID); err != nil {
			b.Fatal(err)
		}
	}
	_ = r.fake.Settle(settled)
	for i, do := range []func(p *mattermostfake.Person) error{
		func(p *mattermostfake.Person) error { return p.Pick("report") },
		func(p *mattermostfake.Person) error { return p.Press(words.Get("gate.go-on")) },
		func(p *mattermostfake.Person) error { return p.Send(report("The clinic of " + p.Name)) },
		func(p *mattermostfake.Person) error { return p.Press(words.Get("receipt.again")) },
	} {
		before := len(r.fake.Callouts())
		together(b, func(n int) error { return do(people[n]) })
		for _, c := range r.fake.Callouts()[before:] {
			took[i] = append(took[i], c.Took)
		}
		if len(took[i]) != crowd {
			b.Fatalf("%d calls of %d people", len(took[i]), crowd)
		}
	}
	for _, p := range people {
		if _, err := bottest.ReceiptOn(p.Sees()); err != nil {
			b.Fatalf("%s has no receipt: %s", p.Name, p.Sees().Text)
		}
	}
	return took
}

// together does something as often at once as there are people.
func together(b *testing.B, do func(n int) error) {
	b.Helper()
	var people sync.WaitGroup
	for i := range crowd {
		people.Go(func() {
			if err := do(i); err != nil {
				b.Error(err)
			}
		})
	}
	people.Wait()
}

// aside is how long as many reports take without a platform.
func aside(b *testing.B, r *room) time.Duration {
	b.Helper()
	began := time.Now()
	together(b, func(n int) error {
		p := r.Office.Person(fmt.Sprintf("aside%d", n))
		values := url.Values{}
		for id, v := range report("The clinic.") {
			values[id] = v
		}
		for _, err := range []error{p.Pick("report"), p.Press(words.Get("gate.go-on")), p.Send(values)} {
			if err != nil {
				return err
			}
		}
		_, err := bottest.ReceiptOn(p.Sees())
		return err
	})
	return time.Since(began)
}

// empty is how long as many calls take as a report makes here, to and from a listener
// that does nothing: four by the server, and three of the bot's.
func empty(b *testing.B) time.Duration {
	b.Helper()
	nothing := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(w, r.Body)
	}))
	defer nothing.Close()
	body := strings.Repeat("x", 4<<10)
	began := time.Now()
	together(b, func(int) error {
		for range 7 {
			resp, err := http.Post(nothing.URL, "text/plain", strings.NewReader(body))
			if err != nil {
				return err
			}
			_, _ = io.Copy(io.Discard, resp.Body)
			_ = resp.Body.Close()
		}
		return nil
	})
	return time.Since(began)
}
