package slack_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"ombra/adapters/slack"
	"ombra/bot/bottest"
	"ombra/cases/papers"
)

// forAnna is a report that anna is drawn for.
var forAnna = url.Values{"q.what": {"The tool hit a clinic."}, "q.concerned": {"The cell"}, "q.category": {"other"}, "exclude": {"chris"}}

// TestButtonsOnlyIsEnough: in an office on Slack alone, where nobody can write to
// the app and it has no right to read there, a case is closed with a signature and
// a sealed file is filed: files go through forms. Both also where only sealed files
// are taken.
func TestButtonsOnlyIsEnough(t *testing.T) {
	t.Parallel()
	for _, taken := range []string{slack.AnyFile, slack.SealedOnly} {
		t.Run(taken, func(t *testing.T) {
			p := open(t, setup{adapter: func(o *slack.Options) { o.Direct, o.Attachments = slack.ButtonsOnly, taken }})
			staff, anna := p.Person("staff"), p.Person("anna")
			must(t, staff.Pick("report"), staff.Press(words.Get("gate.go-on")), staff.Send(forAnna))
			rec, err := bottest.ReceiptOn(staff.Sees())
			must(t, err, anna.Pick("inbox"))
			isCase := func(b string) bool { return strings.Contains(b, words.Get("stage.received")) }
			button := slices.IndexFunc(anna.Sees().Buttons, isCase)
			must(t, anna.Press(anna.Sees().Buttons[button]), anna.Press(words.Get("act.papers")))
			pass, err := bottest.PasscodeOn(anna.Sees())
			must(t, err)
			file, err := anna.Sees().File()
			must(t, err)
			m := p.Office.Machines["anna"]
			th, err := m.Open(file, pass)
			must(t, err)
			act, err := m.Sign(th, papers.Draft{
				Do: "close", Text: bottest.Final, Set: map[string]string{"disposition": "substantiated"}, Lessons: bottest.Learned,
			}, string(p.Office.Cases.Today()))
			must(t, err, anna.Pick("inbox"), anna.Press(words.Get("hand.act")), anna.Send(nil, act))
			sees(t, anna, "signed.title")
			must(t, staff.Pick("case"), staff.Send(url.Values{"receipt": {rec}}))
			sees(t, staff, "stage.closed")

			device, err := p.Office.Device()
			must(t, err)
			_, sealed, err := device.Seal(papers.Filing{Kind: "report", Words: bottest.SealedBy}, string(p.Office.Cases.Today()))
			must(t, err, staff.Pick("report"), staff.Press(words.Get("hand.sealed")), staff.Send(nil, bottest.FileOf("letter.age", sealed.File)))
			sees(t, staff, "sealed.done-title")
			for _, c := range p.Calls() {
				if c.Error != "" {
					t.Errorf("%s was refused: %s", c.Method, c.Error)
				}
			}
		})
	}
}

// TestFilesOffOffersNone: where no file is taken, no form about one is offered.
func TestFilesOffOffersNone(t *testing.T) {
	t.Parallel()
	p := open(t, setup{adapter: func(o *slack.Options) { o.Attachments = slack.NoFile }})
	staff, anna := p.Person("staff"), p.Person("anna")
	must(t, staff.Pick("report"))
	if slices.Contains(staff.Sees().Buttons, words.Get("hand.sealed")) {
		t.Error("a sealed file is asked for")
	}
	must(t, staff.Press(words.Get("gate.go-on")), staff.Send(forAnna), anna.Pick("inbox"))
	if slices.Contains(anna.Sees().Buttons, words.Get("hand.act")) {
		t.Error("a signed file is asked for")
	}
}
