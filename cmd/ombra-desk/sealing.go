package main

import (
	"crypto/rand"
	"fmt"
	"strings"

	"ombra/cases/papers"
	"ombra/crypto/receipt"
)

// sealing is a sealed file whose receipt has not been proved yet.
type sealing struct {
	d   *desk
	out string
	rc  receipt.Receipt
	papers.Sealed
}

// finish shows the receipt, has it proved, and writes the file last: a report
// whose receipt was never written down would be one without a way back.
func (s *sealing) finish() error {
	if s.d.json {
		if err := create(s.out, s.File); err != nil {
			return err
		}
		return s.d.writeJSON(map[string]any{"receipt": s.rc.Symbols(), "file": s.out, "inner": s.Sums})
	}
	s.d.say("Your receipt. It is the only way back to your case; write it on paper, not into a file:\n\n    %s\n\n", s.rc.Symbols())
	if err := s.prove(); err != nil {
		return err
	}
	s.d.say("These are the sums of what is inside, as the ombudsmen will see them:\n")
	for _, name := range s.Names {
		s.d.say("    %-10s %s\n", name, s.Sums[name])
	}
	if err := create(s.out, s.File); err != nil {
		s.d.note("No file was written, so strike out that receipt: it opens nothing.\n")
		return err
	}
	s.d.remarkSize(len(s.File))
	s.d.note("Hand this file to the bot, which then asks for nothing more:\n")
	s.d.say("%s\n", s.out)
	return nil
}

// manyBytes is what a form takes everywhere: Slack's 10 MB.
const manyBytes = 10_000_000

// remarkSize: a file that is refused is not filed, and its receipt opens nothing.
func (d *desk) remarkSize(n int) {
	if n > manyBytes {
		d.note("This file has %d MB. A form in Slack takes 10, and an office seldom more than 25: if the bot does not take it,\n"+
			"seal again with less attached, and strike out this receipt.\n", n/1_000_000)
	}
}

// prove asks for one group back, where there is a terminal to ask on.
func (s *sealing) prove() error {
	t, err := s.d.terminal("use --json")
	if err != nil {
		return nil //nolint:nilerr // in a script nobody can be asked
	}
	var raw [1]byte
	_, _ = rand.Read(raw[:]) // never fails
	i := int(raw[0]) % 7
	for range 3 {
		t.say(fmt.Sprintf("Write it down now. Then type group %d of 7 from your paper: ", i+1))
		line, err := t.line()
		if err != nil {
			return err
		}
		if lookalikes.Replace(strings.ToUpper(strings.TrimSpace(line))) == s.rc.Group(i) {
			return nil
		}
		t.say("That is not the group. Compare your paper with the screen.\n")
	}
	return refuse("the receipt was not typed back, so no file was written", "start again, and write the receipt down first")
}
