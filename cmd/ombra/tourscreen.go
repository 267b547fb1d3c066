package main

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"
)

// A screen tells the tour: chapters with their day, and in each who sees what.
type screen struct {
	out      io.Writer
	now      func() time.Time
	chapters int
	lines    int
	day      time.Time // that was named last
}

// The columns of a line. All of it fits a terminal of 80.
const (
	whoWidth  = 20
	textWidth = 57
)

const tourIntro = `An office's first weeks, told in seconds. All of it happens: real keys, real files,
a real database; only the clock is moved on.

  anna, bela, chris  are the ombudsmen. Each has a key, on a machine of their own;
                     the host has none that opens what it keeps.
  vera               is of oversight: sees days and figures, never content.
  everybody else     is known by a receipt alone; no account is written down.

Each line was checked before it is printed. The first thing that does not hold
ends the tour with an error.`

func (s *screen) begin(title string) {
	s.chapters++
	first, size := utf8.DecodeRuneInString(title)
	head := fmt.Sprintf("%d. %s%s", s.chapters, strings.ToUpper(string(first)), title[size:])
	s.day = s.today()
	day := s.day.Format("Monday, 2 January 2006")
	say(s.out, "\n%-*s %s\n", whoWidth+textWidth+2-len(day), head, day)
}

func (s *screen) today() time.Time { return s.now().Truncate(24 * time.Hour) }

// passed names the day where others have gone by since the last line.
func (s *screen) passed() {
	days := int(s.today().Sub(s.day).Hours() / 24)
	if days == 0 {
		return
	}
	s.day = s.today()
	later := "the next day"
	if days > 1 {
		later = fmt.Sprintf("%d days later", days)
	}
	say(s.out, "  %-*s -- %s, %s --", whoWidth, "", later, s.day.Format("Monday, 2 January"))
}

// tell sets a line in two columns.
func (s *screen) tell(who, what string) {
	s.lines++
	s.passed()
	if utf8.RuneCountInString(who) > whoWidth {
		say(s.out, "  %s", who)
		who = ""
	}
	for i, line := range wrap(what, textWidth) {
		if i > 0 {
			who = ""
		}
		say(s.out, "  %s", strings.TrimRight(fmt.Sprintf("%-*s %s", whoWidth, who, line), " "))
	}
}

// wrap breaks a text between words.
func wrap(text string, width int) (lines []string) {
	line := ""
	for _, word := range strings.Fields(text) {
		switch {
		case line == "":
			line = word
		case utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) <= width:
			line += " " + word
		default:
			lines, line = append(lines, line), word
		}
	}
	return append(lines, line)
}
