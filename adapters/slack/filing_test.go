package slack_test

import (
	"bytes"
	"crypto/rand"
	"net/url"
	"slices"
	"strings"
	"testing"

	"filippo.io/age"
	"filippo.io/age/armor"

	"ombra/adapters/slack"
	"ombra/adapters/slack/slackfake"
	"ombra/bot"
	"ombra/bot/bottest"
	"ombra/cases/papers"
	"ombra/crypto/receipt"
)

// TestAttachments: what is not taken is not fetched, and the person is told that
// Slack keeps it.
func TestAttachments(t *testing.T) {
	t.Parallel()
	plain := bottest.FileOf("secret.pdf", []byte("%PDF"))
	for kind, key := range map[string]string{slack.SealedOnly: "slack.not-taken-sealed", slack.NoFile: "slack.not-taken-off"} {
		t.Run(kind, func(t *testing.T) {
			p := open(t, setup{adapter: func(o *slack.Options) { o.Attachments = kind }})
			staff := p.Person("staff")
			must(t, staff.Say("", plain))
			sees(t, staff, key)
			must(t, staff.Say("Words beside it.", plain), staff.Press(words.Get("said.report")), staff.Send(url.Values{"q.concerned": {"x"}, "q.category": {"other"}}))
			sees(t, staff, "receipt.group-help")
			must(t, staff.Close(), staff.Pick("report"), staff.Press(words.Get("gate.go-on")))
			if has := slices.Contains(staff.Sees().Fields, "files"); has != (kind == slack.SealedOnly) {
				t.Errorf("a field for files: %v", has)
			}
			for _, c := range p.Calls() {
				if c.Method == "download" {
					t.Error("it was fetched")
				}
			}
		})
	}
}

// TestStockFile: a bare age file is answered with a form, for which a message has
// no means: its button brings it.
func TestStockFile(t *testing.T) {
	t.Parallel()
	p := open(t, setup{adapter: func(o *slack.Options) { o.Attachments = slack.SealedOnly }})
	d, err := p.Office.Device()
	must(t, err)
	var to []age.Recipient
	for _, r := range d.Recipients {
		one, err := age.ParseHybridRecipient(r.String())
		must(t, err)
		to = append(to, one)
	}
	var sealed bytes.Buffer
	w, err := age.Encrypt(&sealed, to...)
	must(t, err)
	_, err = w.Write([]byte("The supplier sold it twice."))
	must(t, err, w.Close())
	staff := p.Person("staff")
	must(t, staff.Say("", bottest.FileOf("report.age", sealed.Bytes())))
	if s := staff.Sees(); !s.Private || !slices.Equal(s.Buttons, []string{words.Get("slack.open")}) {
		t.Fatalf("private %v, %q: %s", s.Private, s.Buttons, s.Text)
	}
	must(t, staff.Press(words.Get("slack.open")), staff.Send(url.Values{"kind": {"report"}, "exclude": {"chris"}}))
	sees(t, staff, "receipt.group-help")
}

// TestSealedLarge: a sealed file of nearly ten megabytes arrives as it is.
func TestSealedLarge(t *testing.T) {
	t.Parallel()
	large := make([]byte, 9_900_000)
	_, _ = rand.Read(large)
	p := open(t, setup{adapter: func(o *slack.Options) { o.Attachments = slack.SealedOnly }})
	s := p.seals(t, papers.Attachment{Name: "contract.pdf", Data: large})
	if n := len(s.File); n > 10<<20 || n < 9<<20 {
		t.Fatalf("%d bytes", n)
	}
	sealer := p.Person("sealer")
	must(t, sealer.Say("", bottest.FileOf("sealed.age", s.File)))
	p.arrives(t, sealer, s)
}

// TestSilentFiles: where files lie, somebody may be silent from the start, or in
// the middle of a file. Nobody waits for that for good.
func TestSilentFiles(t *testing.T) {
	t.Parallel()
	for _, kind := range []slackfake.Kind{slackfake.Silent, slackfake.Stalled} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			p := open(t, setup{adapter: func(o *slack.Options) { o.Attachments = slack.SealedOnly }})
			s := p.seals(t)
			sealer := p.Person("sealer")
			must(t, sealer.Say("", bottest.FileOf("sealed.age", s.File)))
			p.Break(slackfake.Fault{Method: "download", Kind: kind})
			p.Break(slackfake.Fault{Method: "upload", Kind: slackfake.Silent})
			p.arrives(t, sealer, s)
		})
	}
}

// TestSealedPasted: armor that is pasted, as Slack mangles it, is longer than any
// field and is fetched again when it is filed.
func TestSealedPasted(t *testing.T) {
	t.Parallel()
	p := open(t, setup{adapter: func(o *slack.Options) { o.Attachments = slack.SealedOnly }})
	s := p.seals(t)
	for receipt.LooksLike(armored(t, s.File)) { // what random letters look like is not asked here
		s = p.seals(t)
	}
	sealer := p.Person("sealer")
	must(t, sealer.Say("Here it is:\n\n"+armored(t, s.File)+"\nPlease see https://x.example & <tell> me."))
	p.arrives(t, sealer, s)
}

// seals seals a report on a filer's device.
func (p *place) seals(tb testing.TB, files ...papers.Attachment) papers.Sealed {
	tb.Helper()
	d, err := p.Office.Device()
	must(tb, err)
	_, s, err := d.Seal(papers.Filing{Kind: "report", Words: "Sold twice.", Files: files}, string(p.Office.Cases.Today()))
	must(tb, err)
	return s
}

// arrives: what was sent is filed, and the hashes that were printed at sealing are
// those that are shown, and those at the ombudsman's.
func (p *place) arrives(tb testing.TB, sealer bottest.Person, s papers.Sealed) {
	tb.Helper()
	if err := sealer.Press(words.Get("sealed.report")); err != nil {
		tb.Fatalf("%v: %s", err, sealer.Sees().Text)
	}
	for file, sum := range s.Sums {
		if !sealer.Sees().Has(file + " " + sum) {
			tb.Errorf("the hash of %s is not shown: %.300s", file, sealer.Sees().Text)
		}
	}
	p.hashesAtDesk(tb, s)
}

func armored(tb testing.TB, file []byte) string {
	tb.Helper()
	var b bytes.Buffer
	w := armor.NewWriter(&b)
	_, err := w.Write(file)
	must(tb, err, w.Close())
	if b.Len() <= bot.MaxInput {
		tb.Fatal("it is too short to show anything")
	}
	return b.String()
}

// hashesAtDesk opens the newest papers at whoever was drawn.
func (p *place) hashesAtDesk(tb testing.TB, s papers.Sealed) {
	tb.Helper()
	for _, name := range names {
		who := p.Person(name)
		must(tb, who.Pick("inbox"))
		for _, label := range who.Sees().Buttons {
			if !strings.Contains(label, words.Get("stage.received")) {
				continue
			}
			must(tb, who.Press(label), who.Press(words.Get("act.papers")))
			pass, err := bottest.PasscodeOn(who.Sees())
			must(tb, err)
			file, err := who.Sees().File()
			must(tb, err)
			th, err := p.Office.Machines[name].Open(file, pass)
			must(tb, err)
			var text strings.Builder
			must(tb, th.Text(&text), who.Pick("inbox"))
			all := true
			for _, sum := range s.Sums {
				all = all && strings.Contains(text.String(), sum)
			}
			if all {
				return
			}
		}
	}
	tb.Errorf("nobody's papers have the hashes %v", s.Sums)
}
