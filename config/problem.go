package config

import (
	"fmt"
	"strings"
)

// A Problem is one thing that is wrong with the configuration, with its mend.
type Problem struct {
	File string
	Line int // 0: the file as a whole
	What string
	Mend string
}

// String is the line an operator reads: "ombra.toml:12: what — mend".
func (p Problem) String() string {
	if p.Line == 0 {
		return fmt.Sprintf("%s: %s — %s", p.File, p.What, p.Mend)
	}
	return fmt.Sprintf("%s:%d: %s — %s", p.File, p.Line, p.What, p.Mend)
}

// Problems is the error of [Load] and [Parse] when the file could be read but
// not accepted.
type Problems []Problem //nolint:errname // findings first, an error second

func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}
