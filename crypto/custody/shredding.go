package custody

import (
	"fmt"
	"regexp"
	"strconv"
	"time"
)

// A Shredding is what a shredded leaf says beside the leaves that open no more:
// by which rule of the office, how many calendar months after closing, when the
// case was closed, and when it was due. It names no case.
type Shredding struct {
	Rule   string // a word of the office's
	Months int
	Closed string
	Due    string
}

// MonthsAfter is the day so many calendar months after a day; one that the month
// does not have becomes its last. "" for what is no day.
func MonthsAfter(day string, months int) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return ""
	}
	first := time.Date(t.Year(), t.Month()+time.Month(months), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return first.AddDate(0, 0, min(t.Day(), last)-1).Format(time.DateOnly)
}

// Note writes it into [Details].
func (s Shredding) Note() string {
	return fmt.Sprintf("rule=%s months=%d closed=%s due=%s", s.Rule, s.Months, s.Closed, s.Due)
}

var shreddingShape = regexp.MustCompile(`^rule=([a-z][a-z-]{0,31}) months=(0|[1-9][0-9]{0,3}) closed=(\S{10}) due=(\S{10})$`)

// ParseShredding reads the note of a shredded leaf, and does the reckoning again.
func ParseShredding(note string) (Shredding, error) {
	m := shreddingShape.FindStringSubmatch(note)
	if m == nil {
		return Shredding{}, ErrFormat
	}
	months, err := strconv.Atoi(m[2])
	s := Shredding{Rule: m[1], Months: months, Closed: m[3], Due: m[4]}
	if err != nil || !isDay(s.Closed) || s.Due != MonthsAfter(s.Closed, months) {
		return Shredding{}, ErrFormat
	}
	return s, nil
}

// due says whether a shredded leaf may be believed: it names no case, what it
// names came before it, its period was over, and one of the leaves it names is
// of the day on which it says that the case was closed. A host that deletes
// early has to lie about that day, and no leaf of the case may carry it.
func (v *verification) due(n int64, d Details) bool {
	s, err := ParseShredding(d.Note)
	if err != nil || d.Case != "" || s.Due > d.Day {
		return false
	}
	ofThatDay := false
	for _, gone := range d.Leaves {
		if gone >= n {
			return false
		}
		ofThatDay = ofThatDay || v.days[gone] == s.Closed
	}
	return ofThatDay
}
