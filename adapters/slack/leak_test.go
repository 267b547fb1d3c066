package slack_test

import (
	"io"
	"log"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ombra/adapters/slack"
	"ombra/adapters/slack/slackfake"
	"ombra/bot"
	"ombra/bot/bottest"
	"ombra/cases/papers"
)

// TestLeak: people with telling names type, upload and are shown things through
// Slack, and Slack has trouble. Afterwards no id, name, team, channel, trigger,
// address, word or file name is on disk or in a log.
func TestLeak(t *testing.T) {
	j := captured(t)
	t.Run("ways", func(t *testing.T) { // both end before the log is no longer captured
		for _, mode := range both {
			t.Run(mode, func(t *testing.T) { t.Parallel(); leak(t, mode, j) })
		}
	})
}

func leak(t *testing.T, mode string, j *journal) {
	t.Helper()
	scan := bottest.NewScanner()
	p := open(t, setup{mode: mode, log: j.logger(), adapter: func(o *slack.Options) { o.Wait = 300 * time.Millisecond }})
	word := func(what string) string { return scan.Plant(what) + " " + scan.Plant(what) }
	plant := func(what string) *hands { return p.Person(scan.Plant("name of " + what)) }

	staff := plant("a reporter")
	trouble := func(method string, kind slackfake.Kind) {
		p.Break(slackfake.Fault{Method: method, Kind: kind, Times: 2})
	}
	must(t, staff.Messages(), staff.Home(), staff.Command("/ombra "+word("text of a command")))
	trouble("views.open", slackfake.Broken)
	must(t, staff.Pick("report"), staff.Press(words.Get("gate.go-on")))
	trouble("download", slackfake.Lost)
	must(t, staff.Send(url.Values{"q.what": {word("what happened")}, "q.concerned": {word("who")}, "q.category": {"other"}, "exclude": {"chris"}},
		bottest.FileOf(scan.Plant("name of a file")+".txt", []byte(word("a file")))))
	rec, err := bottest.ReceiptOn(staff.Sees())
	must(t, err)
	scan.Know("the receipt", rec)
	must(t, staff.Close(), staff.Messages(), staff.Say(rec), staff.Say(word("a message")+" https://"+scan.Plant("a link")+".example"))
	must(t, staff.Press(words.Get("said.report")), staff.Send(url.Values{"q.concerned": {word("who")}, "q.category": {"other"}}), staff.Dismiss())
	must(t, staff.Say(word("with a file"), bottest.FileOf(scan.Plant("name of a said file"), []byte(word("a said file")))))
	must(t, staff.Press(words.Get("said.redress")))
	trouble("*", slackfake.Broken)
	must(t, staff.Send(url.Values{"q.category": {"other"}}))
	p.Mend()
	must(t, staff.Pick("case"), staff.Send(url.Values{"receipt": {rec}}))

	anna := p.Person("anna")
	must(t, anna.Pick("inbox"))
	trouble("upload", slackfake.Broken)
	th, err := p.read(anna, "anna")
	must(t, err)
	file, err := p.Office.Machines["anna"].Sign(th, papers.Draft{Do: "answer", Text: word("an answer")}, string(p.Office.Cases.Today()))
	must(t, err, anna.Say("", file), staff.Pick("case"), staff.Send(url.Values{"receipt": {rec}}))
	trouble("chat.postMessage", slackfake.Throttled)
	_ = p.adapter.Tell(t.Context(), p.account("bela"), "k", bot.Step{Title: "News", Text: "News.", Kept: true})
	p.Mend()
	p.adapter.Check(t.Context())
	p.stop()
	known := 0
	for _, n := range p.Names() {
		if len(n.Value) >= 8 {
			scan.Know(n.What, n.Value)
			known++
		}
	}
	if known < 20 {
		t.Fatalf("only %d names are looked for", known)
	}
	found := scan.String("the log", j.String())
	disk, err := scan.Folder(filepath.Dir(t.TempDir()))
	must(t, err)
	if lines := bottest.Lines(append(found, disk...)); lines != "" {
		t.Error(lines)
	}
	// The control: what is kept at Slack has nearly all of them.
	if kept := scan.Bytes("Slack", p.Export()); len(kept) < 10 {
		t.Errorf("the scan finds only %d things in what Slack keeps", len(kept))
	}
}

// read opens the papers of the first case in an inbox that is seen.
func (p *place) read(who *hands, name string) (*papers.Thread, error) {
	for _, label := range who.Sees().Buttons {
		if strings.Contains(label, words.Get("stage.received")) {
			if err := who.Press(label); err != nil {
				return nil, err
			}
			break
		}
	}
	if err := who.Press(words.Get("act.papers")); err != nil {
		return nil, err
	}
	pass, err := bottest.PasscodeOn(who.Sees())
	if err != nil {
		return nil, err
	}
	file, err := who.Sees().File()
	if err != nil {
		return nil, err
	}
	return p.Office.Machines[name].Open(file, pass)
}

// captured gathers whatever is logged by anybody, and the standard error.
func captured(t *testing.T) *journal {
	t.Helper()
	j := &journal{}
	old, out := slog.Default(), log.Writer() //nolint:forbidigo // to put it back
	slog.SetDefault(j.logger())
	r, w, err := os.Pipe()
	must(t, err)
	stderr := os.Stderr
	os.Stderr = w
	ended := make(chan struct{})
	go func() { _, _ = io.Copy(j, r); close(ended) }()
	t.Cleanup(func() {
		os.Stderr = stderr
		slog.SetDefault(old)
		log.SetOutput(out) //nolint:forbidigo // as it was
		_ = w.Close()
		<-ended
	})
	return j
}
