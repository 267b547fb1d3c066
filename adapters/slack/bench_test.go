package slack_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"ombra/adapters/slack"
	"ombra/adapters/slack/slackfake"
	"ombra/bot"
	"ombra/bot/bottest"
)

// people is how many file at once.
const people = 200

// BenchmarkFiling has 200 people file at once, through the fake in this process,
// with an office in another: what is measured of the office is its own. Everybody
// acts as soon as they see something, so there is always somebody in front of it.
//
//	OMBRA_LONG=1 go test ./adapters/slack -run '^$' -bench Filing -benchtime 2000x
//
// "Nothing behind it" is the same adapter with answers that are ready: what the
// machine and the fake bear, in the same run. "The peer" is an app in Bolt that
// seals and stores the same; see peer_test.go. Without OMBRA_LONG it is left out.
// after-3s counts the modals and receipts that were seen later than Slack waits;
// fsync-ms is what a synced write of one page takes when nobody files any more.
func BenchmarkFiling(b *testing.B) {
	home, why := peerHome(b)
	for _, mode := range both {
		b.Run(mode, func(b *testing.B) { measure(b, mode, "office", nil) })
		b.Run(mode+" and nothing behind it", func(b *testing.B) { measure(b, mode, "nothing", nil) })
		b.Run(mode+", the peer", func(b *testing.B) { measure(b, mode, "peer", newTwin(b, home, why)) })
	}
}

// crowded is a workspace without an office, for many people, who may be in a hurry.
func crowded(tb testing.TB, mode string, hurry bool, patience time.Duration) *slackfake.Server {
	tb.Helper()
	o := slackfake.Options{
		Manifest: slack.Manifest(slack.Plan{Name: "Ombra", Mode: mode, URL: "https://ombra.example/slack"}), Unpaced: true, Patience: patience,
		Waiting: func(s bottest.Screen) bool { return s.Has(words.Get("slack.wait-title")) },
	}
	if hurry {
		o.Eager, o.Linger = true, 5*time.Millisecond
	}
	fake, err := slackfake.New(o)
	must(tb, err)
	tb.Cleanup(func() { _ = fake.Close() })
	return fake
}

func measure(b *testing.B, mode, kind string, peer *twin) {
	b.Helper()
	var patience time.Duration // Slack's
	if peer != nil {
		patience = peerPatience
	}
	fake := crowded(b, mode, true, patience)
	app := start(b, fake, mode, kind, peer)
	var modal, receipt times
	each := func(n int) {
		var all sync.WaitGroup
		for i := range people {
			all.Go(func() {
				p := fake.Person("person " + strconv.Itoa(i))
				for k := i; k < n; k += people {
					if err := file(p, &modal, &receipt); err != nil {
						b.Errorf("%v: %s", err, p.Sees().Text)
						return
					}
				}
			})
		}
		all.Wait()
	}
	each(people) // everybody once, to warm up
	modal, receipt = times{}, times{}
	cpu := app.cpu(b)
	b.ResetTimer()
	each(b.N)
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "filings/s")
	b.ReportMetric(float64((app.cpu(b)-cpu).Microseconds())/float64(b.N), "cpu-µs/filing")
	b.ReportMetric(modal.at(50), "modal-p50-ms")
	b.ReportMetric(modal.at(99), "modal-p99-ms")
	b.ReportMetric(receipt.at(50), "receipt-p50-ms")
	b.ReportMetric(receipt.at(99), "receipt-p99-ms")
	b.ReportMetric(app.memory(b), "MB-peak")
	b.ReportMetric(modal.after(3*time.Second)+receipt.after(3*time.Second), "after-3s")
	b.ReportMetric(synced(b), "fsync-ms")
	for what, ms := range app.end(b) {
		b.ReportMetric(ms, what)
	}
}

// file goes from the command to the receipt.
func file(p *slackfake.Person, modal, receipt *times) error {
	began := time.Now()
	if err := shown(p, p.Pick("report"), func(s bottest.Screen) bool { return slices.Contains(s.Buttons, words.Get("gate.go-on")) }); err != nil {
		return err
	}
	modal.add(time.Since(began))
	if err := shown(p, p.Press(words.Get("gate.go-on")), func(s bottest.Screen) bool { return len(s.Fields) > 0 }); err != nil {
		return err
	}
	began = time.Now()
	if err := shown(p, p.Send(good), func(s bottest.Screen) bool { return s.Has(words.Get("receipt.group-help")) }); err != nil {
		return err
	}
	receipt.add(time.Since(began))
	return nil
}

// shown waits until somebody sees what should come: another change, of what was
// there before, may be seen first.
func shown(p *slackfake.Person, err error, holds func(bottest.Screen) bool) error {
	for end := time.Now().Add(20 * time.Second); err == nil && !holds(p.Sees()); {
		if time.Now().After(end) {
			return errors.New("it does not come")
		}
		<-time.After(2 * time.Millisecond)
	}
	return err
}

// A process is an office that runs beside us.
type process struct {
	*exec.Cmd

	in  io.Closer
	out *bufio.Reader
}

// start starts an office as this very program, or the peer, and waits until it is
// reached.
func start(tb testing.TB, fake *slackfake.Server, mode, kind string, peer *twin) *process {
	tb.Helper()
	c := exec.CommandContext(tb.Context(), os.Args[0], "-test.run", "^TestOffice$", "-test.timeout", "20m")
	c.Env = append(os.Environ(), "OMBRA_BESIDE="+kind)
	if peer != nil {
		c = peer.command(tb.Context())
	}
	c.Env = append(c.Env, "MODE="+mode, "API="+fake.API(), "BOT_TOKEN="+fake.BotToken(), "APP_TOKEN="+fake.AppToken(), "SECRET="+fake.SigningSecret())
	in, err := c.StdinPipe()
	must(tb, err)
	out, err := c.StdoutPipe()
	must(tb, err)
	c.Stderr = os.Stderr
	must(tb, c.Start())
	p := &process{c, in, bufio.NewReader(out)}
	line, err := p.out.ReadString('\n')
	must(tb, err)
	if at := strings.TrimSpace(strings.TrimPrefix(line, "ready")); mode == slack.HTTP {
		fake.SetRequestURL("http://" + at + slack.Path)
	}
	return p
}

// cpu is the processor time that was used so far.
func (p *process) cpu(tb testing.TB) time.Duration {
	tb.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.Process.Pid))
	must(tb, err)
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')'):]))
	user, err := strconv.Atoi(fields[12])
	must(tb, err)
	system, err := strconv.Atoi(fields[13])
	must(tb, err)
	return time.Duration(user+system) * 10 * time.Millisecond // Linux counts hundredths
}

// memory is the most that was in memory, in megabytes.
func (p *process) memory(tb testing.TB) float64 {
	tb.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.Process.Pid))
	must(tb, err)
	var kb float64
	for line := range strings.Lines(string(text)) {
		_, _ = fmt.Sscanf(line, "VmHWM: %f kB", &kb)
	}
	return kb / 1024
}

// end stops the office, and gives what it measured itself.
func (p *process) end(tb testing.TB) (own map[string]float64) {
	tb.Helper()
	must(tb, p.in.Close())
	line, err := p.out.ReadString('\n')
	must(tb, err, json.Unmarshal([]byte(line), &own))
	_, _ = io.Copy(io.Discard, p.out)
	must(tb, p.Wait())
	return own
}

// TestOffice is the office that start starts: no test, but what a test runs.
func TestOffice(t *testing.T) {
	kind := os.Getenv("OMBRA_BESIDE")
	if kind == "" {
		t.Skip("it is started by BenchmarkFiling")
	}
	var a *slack.Adapter
	office := bottest.OpenOffice(t, bottest.Settings{Options: func(o *bot.Options) {
		var err error
		a, err = slack.New(slack.Options{
			Mode: os.Getenv("MODE"), Listen: "127.0.0.1:0", APIURL: os.Getenv("API"), Attachments: slack.SealedOnly, Verbs: bot.New(*o).Verbs(),
			BotToken: slack.Hide(os.Getenv("BOT_TOKEN")), AppToken: slack.Hide(os.Getenv("APP_TOKEN")), SigningSecret: slack.Hide(os.Getenv("SECRET")),
		})
		must(t, err, a.Listen())
	}})
	var modal, receipt times
	handle := office.Bot.Handle
	if kind == "nothing" {
		handle = ready(t, office.Bot.Handle)
	}
	timed := func(ctx context.Context, ev bot.Event) bot.Step {
		began := time.Now()
		step := handle(ctx, ev)
		switch {
		case ev.Form:
			receipt.add(time.Since(began))
		case ev.Verb != "":
			modal.add(time.Since(began))
		}
		return step
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- a.Serve(ctx, timed) }()
	if os.Getenv("MODE") == slack.Socket {
		until(t, a.Up)
	}
	fmt.Println("ready", a.Addr()) //nolint:forbidigo // said to start
	_, _ = io.Copy(io.Discard, os.Stdin)
	cancel()
	must(t, <-ended)
	own, err := json.Marshal(map[string]float64{
		"own-modal-p50-ms": modal.at(50), "own-modal-p99-ms": modal.at(99), "own-receipt-p50-ms": receipt.at(50), "own-receipt-p99-ms": receipt.at(99),
	})
	must(t, err)
	fmt.Println(string(own)) //nolint:forbidigo // said to end
}

// ready answers as the bot answered one person before: nothing is sealed or
// stored any more.
func ready(t *testing.T, h bot.Handler) bot.Handler {
	t.Helper()
	ask := func(ev bot.Event) bot.Step {
		ev.From, ev.Via = bot.NewAccount("slack:T0/U0"), bot.Via{Name: "slack"}
		return h(t.Context(), ev)
	}
	gate := ask(bot.Event{Verb: "report"})
	form := ask(bot.Event{Token: gate.Buttons[0].Token})
	values := url.Values{}
	for _, f := range form.Fields {
		values[f.ID] = f.Value // as a client sends what nobody touched
	}
	maps.Copy(values, good)
	card := ask(bot.Event{Form: true, Token: form.Token, Values: values})
	return func(_ context.Context, ev bot.Event) bot.Step {
		switch {
		case ev.Form:
			return card
		case ev.Token != "":
			return form
		}
		return gate
	}
}
