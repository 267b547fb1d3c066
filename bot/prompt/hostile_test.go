package prompt_test

import (
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"ombra/bot"
	"ombra/bot/prompt"
)

// The story: somebody puts terminal commands, reversed writing and lines that
// look like the bot's own into every text an ombudsman's terminal will show.
const hostile = "\x1b]0;owned\a\x1b[2J\x1b[31mred\x9b0m\u009b1m\r[1] Fake\u2028[2] Fake\u0085x\b\b\b\x00\x7f" +
	"\u202egnp.exe\u2066\u2069\u200f\u061c\u200b\ufeff\U000e0041\xff\xfe*bold*\tend"

// checkHarmless: nothing on the screen that a terminal would obey.
func checkHarmless(tb testing.TB, out string) {
	tb.Helper()
	for _, r := range out {
		bad := r != '\n' && unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)
		if bad || r == '\u200b' || r == '\ufeff' || r >= 0xe0000 && r < 0xe0080 {
			tb.Fatalf("%U reaches the screen in %q", r, out)
		}
	}
	if !utf8.ValidString(out) {
		tb.Fatalf("no UTF-8: %q", out)
	}
}

func hostileStep(text string, form bool) bot.Step {
	s := bot.Step{
		Title: text, Text: text, Quote: text,
		Facts:   []bot.Fact{{Label: text, Value: text}},
		Buttons: []bot.Button{{Label: text, Verb: text}, {Label: text, Token: "t", Heavy: true}},
	}
	if form {
		s.Token, s.Submit = "t", text
		for _, k := range []bot.Kind{bot.Line, bot.Text, bot.Hidden, bot.Choice, bot.Choices, bot.Date, bot.Files} {
			s.Fields = append(s.Fields, bot.Field{
				ID: string(k), Kind: k, Label: text, Help: text, Problem: text, Optional: true, Max: 30, Else: text,
				Value: []string{text}, Options: []bot.Option{{Value: text, Label: text}, {Value: "b", Label: "B"}},
			})
		}
	}
	return s
}

func TestHostileText(t *testing.T) {
	p := prompt.New()
	checkHarmless(t, p.Show(hostileStep(hostile, false)))
	checkHarmless(t, p.Aside(hostileStep(hostile, false)))
	out, _ := mustType(t, p, "2")
	checkHarmless(t, out)
	checkHarmless(t, p.Show(hostileStep(hostile, true)))
	for _, l := range []string{hostile, "-", hostile, ".", ".back", "-", "-", "1", "1", "2026-01-01", hostile, "", "nonsense", ".2", "no", ".back", "send"} {
		out, _ := p.Line(l)
		checkHarmless(t, out)
	}
}

// What is quoted stays behind its bar, whatever it is made of.
func TestQuoteStaysBehindItsBar(t *testing.T) {
	long := strings.Repeat("x", 300)
	for _, q := range []string{"a\r\nb\rc\u2028d\ve", long, strings.Repeat("漢", 200), long + " " + long, hostile, "\n\n", strings.Repeat("\u2800", 200), strings.Repeat("ﷺ", 90)} {
		p := prompt.New()
		p.Width = 40
		out := p.Show(bot.Step{Quote: q})
		checkHarmless(t, out)
		for line := range strings.SplitSeq(strings.Trim(out, "\n"), "\n") {
			rest, ok := strings.CutPrefix(line, "  |")
			cells := utf8.RuneCountInString(rest)
			for _, wide := range "漢\u2800ﷺ" {
				cells += strings.Count(rest, string(wide))
			}
			if !ok || cells > 37 {
				t.Errorf("%q left its bar: %q", q, line)
			}
		}
	}
}

func TestBold(t *testing.T) {
	for _, tc := range []struct{ name, text, want string }{
		{"a word", "say *this* now", "say \x1b[1mthis\x1b[22m now"},
		{"two", "*a* *b c*", "\x1b[1ma\x1b[22m \x1b[1mb c\x1b[22m"},
		{"sums", "2*3*4 and 5 * 6 * 7", "2*3*4 and 5 * 6 * 7"},
		{"open", "*a", "*a"},
		{"forged marks", "\x01a\x02", "a"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := prompt.New()
			p.Bold = true
			if got := strings.TrimSpace(p.Show(bot.Step{Text: tc.text})); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
	p := prompt.New()
	p.Bold = true
	out := p.Show(bot.Step{Quote: "*theirs*", Facts: []bot.Fact{{Label: "L", Value: "*theirs*"}}})
	if strings.Contains(out, "\x1b") || strings.Count(out, "*theirs*") != 2 {
		t.Errorf("markup in words that are not ours: %q", out)
	}
}

func TestWrap(t *testing.T) {
	p := prompt.New()
	p.Width = 20
	key := strings.Repeat("k", 30)
	got := p.Show(bot.Step{Text: "one two three four five\n  - kept " + key + " whole\n\nÄÖÜ"})
	want := "\none two three four\nfive\n  - kept\n" + key + "\nwhole\n\nÄÖÜ\n"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestCleanKeepsWriting(t *testing.T) {
	for _, s := range []string{"می\u200cخواهم", "👩\u200d🚀", "a\nb", "naïve – “quoted”", "क्\u200dष"} {
		if got := prompt.Clean(s); got != s {
			t.Errorf("%q became %q", s, got)
		}
	}
}

// FuzzLines types anything into a form: it never panics, never prints what a
// terminal obeys, and lets no answer through that breaks its field's rules.
func FuzzLines(f *testing.F) {
	f.Add("It broke.\n.\n\nCODE\n1\n1,3\n2026-05-03\na.pdf\n\nsend")
	f.Add(".back\n.cancel\nx\n.\n.back\n\n-\n" + hostile + "\n.1\nyes")
	f.Add(strings.Repeat("ü", 50) + "\n.\n\n.\nback\n.5\n99\n,,\n0x1")
	f.Fuzz(func(t *testing.T, typed string) {
		p := prompt.New()
		s := everyKind()
		s.Buttons = []bot.Button{{Label: "Drop", Token: "drop", Heavy: true}}
		p.Show(s)
		for line := range strings.SplitSeq(typed, "\n") {
			idle := p.Idle()
			out, done := p.Line(line)
			checkHarmless(t, out)
			if done == nil {
				continue
			}
			if idle {
				t.Fatal("an answer to nothing")
			}
			if done.Form {
				checkAnswer(t, s, done)
			}
		}
	})
}

func checkAnswer(t *testing.T, s bot.Step, done *prompt.Answer) {
	t.Helper()
	for _, fd := range s.Fields {
		values := done.Values[fd.ID]
		if fd.Kind == bot.Files {
			values = done.Paths
		}
		if len(values) == 0 && !fd.Optional {
			t.Fatalf("%s is missing", fd.ID)
		}
		for _, v := range values {
			_, noDate := time.Parse(time.DateOnly, v)
			switch {
			case fd.Kind == bot.Files && len(values) > fd.Max,
				fd.Kind == bot.Date && noDate != nil,
				fd.Options == nil && fd.Kind != bot.Files && fd.Max > 0 && utf8.RuneCountInString(v) > fd.Max,
				fd.Options != nil && !slices.ContainsFunc(fd.Options, func(o bot.Option) bool { return o.Value == v }):
				t.Fatalf("%s took %q", fd.ID, v)
			}
		}
	}
}

// FuzzStep shows hostile steps.
func FuzzStep(f *testing.F) {
	f.Add(hostile, "1\n\n.\nsend", uint8(30))
	f.Add("*a* *b*\n\n漢字漢字漢字 x", "b\n-\n2", uint8(0))
	f.Fuzz(func(t *testing.T, text, typed string, width uint8) {
		p := prompt.New()
		p.Width = int(width)
		for _, form := range []bool{false, true} {
			checkHarmless(t, p.Show(hostileStep(text, form)))
			for line := range strings.SplitSeq(typed, "\n") {
				out, _ := p.Line(line)
				checkHarmless(t, out)
			}
			checkHarmless(t, p.Aside(hostileStep(text, form)))
		}
	})
}
