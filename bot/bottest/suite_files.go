package bottest

import (
	"bytes"
	"net/url"
	"strings"

	"ombra/bot"
	"ombra/cases/papers"
	"ombra/crypto"
	"ombra/crypto/receipt"
)

// samples are the files that every platform carries unchanged: empty, a byte, and
// a mebibyte that no text encoding survives.
func samples() map[string][]byte {
	large := make([]byte, 1<<20)
	for i, x := 0, uint32(7); i < len(large); i++ {
		x = x*1664525 + 1013904223
		large[i] = byte(x >> 24)
	}
	return map[string][]byte{"empty.bin": {}, "one.bin": {0xff}, "large.bin": large}
}

func (s *stage) sameFiles(where string, got []papers.File, want map[string][]byte) {
	s.t.Helper()
	if len(got) != len(want) {
		s.t.Errorf("%s: %d files, want %d", where, len(got), len(want))
	}
	for _, f := range got {
		if data, ok := want[f.Name]; !ok || !bytes.Equal(f.Data, data) {
			s.t.Errorf("%s: %s has %d bytes, want the %d", where, f.Name, len(f.Data), len(data))
		}
	}
}

// filesBothWays: what is attached to a form reaches the ombudsman byte for byte,
// and what she answers with reaches the filer so.
func filesBothWays(s *stage) {
	var attached []bot.File
	var answered []papers.Attachment
	for name, data := range samples() {
		attached = append(attached, FileOf(name, data))
		answered = append(answered, papers.Attachment{Name: name, Data: data})
	}
	p, rec := s.report("staff", nil, s.inForm(attached...)...)
	if s.hasFormFiles() {
		s.sameFiles("the form", s.thread("anna").Items[0].Files, samples())
	}
	s.answers("anna", papers.Draft{Text: "See these.", Files: answered})
	p.opens(rec)
	p.press(words.Get("mine.files"))
	screen := p.send(url.Values{"receipt": {rec}})
	pass, err := PasscodeOn(screen)
	s.must(err)
	file, err := screen.File()
	s.must(err)
	bundle, err := crypto.OpenPasscode(file, pass)
	s.must(err)
	rc, err := receipt.Parse(Origin, rec)
	s.must(err)
	replies, err := papers.OpenReplies(bundle, rc, s.Office.Machines["anna"].pins)
	s.must(err)
	if len(replies.Items) != 1 || !replies.Items[0].Signed || len(replies.Warnings) > 0 {
		s.t.Fatalf("%d replies, %q", len(replies.Items), replies.Warnings)
	}
	s.sameFiles("the answer", replies.Items[0].Files, samples())
	if !s.hasFormFiles() {
		s.without(FormFiles, false)
	}
}

// saidFiles: a file that was said is not filed; the form that is offered takes it
// along, byte for byte.
func saidFiles(s *stage) {
	for name, data := range samples() {
		p := s.player("staff")
		before := s.acts()
		p.say("", FileOf(name, data))
		p.sees("said.title")
		if s.acts() != before {
			s.t.Errorf("%s was filed", name)
		}
		p.press(words.Get("said.report"))
		p.send(good(url.Values{"q.what": {"See " + name}}))
		p.receipt()
		for _, button := range s.holds("anna") {
			th, err := s.papers("anna", button)
			s.must(err)
			if strings.Contains(th.Items[0].Text, "See "+name) {
				s.sameFiles(name, th.Items[0].Files, map[string][]byte{name: data})
			}
		}
	}
}
