package papers

import (
	"fmt"
	"io"
	"strings"

	"ombra/crypto"
)

// Text writes the thread for a terminal. Every byte of it passes Clean: a report
// may hold escape sequences that rewrite the screen, and characters that turn
// the reading direction, and the host's own fields may too.
//
// Words are indented, so that nothing in them can pass for a line of ours (a
// signature, a warning, the next paper).
func (t *Thread) Text(w io.Writer) error {
	var b strings.Builder
	t.head(&b)
	for _, it := range t.Items {
		it.text(&b)
	}
	_, err := io.WriteString(w, crypto.Clean(b.String()))
	return err
}

// Card writes what is shown before the thread, to decide whether to read on.
func (t *Thread) Card(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "Case %s, %s, opened %s\n", t.Case, t.Kind, t.Opened)
	banner(&b, t.Flags)
	field(&b, "Category", t.Conflict.Category)
	field(&b, "Concerned", t.Conflict.Concerned)
	if t.Conflict == (Card{}) {
		b.WriteString("The report names no category and nobody concerned in a form that can be shown apart.\n")
	}
	_, err := io.WriteString(w, crypto.Clean(b.String()))
	return err
}

func banner(b *strings.Builder, flags []string) {
	for _, f := range flags {
		if f == "test" || f == "drill" {
			fmt.Fprintf(b, "*** THIS IS A %s, NOT A REAL CASE ***\n", strings.ToUpper(f))
		}
	}
}

func field(b *strings.Builder, label, value string) {
	if value = crypto.CleanLine(value); value != "" {
		fmt.Fprintf(b, "%-12s %s\n", label+":", value)
	}
}

func (t *Thread) head(b *strings.Builder) {
	fmt.Fprintf(b, "Case %s, %s (%s), as of %s\n", t.Case, t.Kind, t.Source, t.Day)
	banner(b, t.Flags)
	field(b, "Stage", t.Stage)
	field(b, "Flags", strings.Join(t.Flags, ", "))
	field(b, "Opened", t.Opened)
	field(b, "Acknowledge", t.AckDue)
	field(b, "Feedback", t.FeedbackDue)
	field(b, "Category", t.Category)
	field(b, "Priority", t.Priority)
	field(b, "Lead", t.Lead)
	field(b, "Disposition", t.Disposition)
	field(b, "Excluded", strings.Join(t.Excluded, ", "))
	var holders []string
	for _, h := range t.Holders {
		name := h.Name
		if h.Dormant {
			name += " (in reserve)"
		}
		holders = append(holders, name)
	}
	field(b, "Given to", strings.Join(holders, ", "))
	if len(t.Keys) > 1 {
		field(b, "Now with", strings.Join(t.Access, ", "))
	}
	field(b, "Withdrew", strings.Join(t.Withdrew, ", "))
	if len(t.Unlisted) > 0 {
		field(b, "Not listed", strings.Join(t.Unlisted, ", ")+" (by the host, as holders; the next case key is not for them)")
	}
	for _, m := range t.Remedies {
		fmt.Fprintf(b, "%s Last step on %s.\n", m.Line(), m.Day)
	}
	for _, w := range t.Warnings {
		fmt.Fprintf(b, "\n!! %s\n", crypto.CleanLine(w))
	}
}

// titles say what a thing is and who is behind it.
var titles = map[string]string{
	"report": "Report", "more": "Added by the filer", "answer": "Answer", "ask": "Question to the filer", "remedy": "To the filer, on a remedy",
	"note": "Note, for ombudsmen only", "lessons": "Lessons", "act": "Act", "file": "File",
}

func (it Item) text(b *strings.Builder) {
	title := titles[it.What]
	if title == "" {
		title = crypto.CleanLine(it.What)
	}
	fmt.Fprintf(b, "\n-- %d. %s", it.N, title)
	if it.Day != "" {
		fmt.Fprintf(b, ", %s", crypto.CleanLine(it.Day))
	}
	if it.New {
		b.WriteString(", NEW")
	}
	fmt.Fprintf(b, "%s --\n", it.byline())
	if it.Unreadable != "" {
		fmt.Fprintf(b, "   [cannot be read: %s]\n", crypto.CleanLine(it.Unreadable))
	}
	if it.Inner != "" {
		fmt.Fprintf(b, "   [sealed on the filer's device, sha256 %s]\n", it.Inner)
	}
	if it.Text != "" {
		for line := range strings.SplitSeq(crypto.Clean(it.Text), "\n") {
			b.WriteString(strings.TrimRight("   | "+line, " ") + "\n")
		}
	}
	for _, f := range it.Files {
		fmt.Fprintf(b, "   [file %s, %d bytes, %s, sha256 %s]\n", crypto.FileName(f.Name), len(f.Data), crypto.CleanLine(f.Type), f.Sum)
		if f.Inner != "" {
			fmt.Fprintf(b, "   [  sealed on the filer's device, sha256 %s]\n", f.Inner)
		}
	}
}

// byline says who is behind the words, and what shows it.
func (it Item) byline() string {
	by := crypto.CleanLine(it.By)
	switch {
	case it.From == "filer" && it.Signed:
		return ", signed by the filer's receipt"
	case it.What == "report" || it.What == "file" && it.From == "filer":
		return ""
	case it.From == "filer":
		return ", NOT SIGNED by the filer's receipt"
	case it.Signed:
		return ", signed by " + by
	case by != "":
		return ", said to be by " + by + ", NOT SHOWN to be"
	case it.From == "ombudsman":
		return ", typed in chat, not signed"
	}
	return ""
}
