package papers_test

import (
	"reflect"
	"strings"
	"testing"

	"ombra/cases/papers"
	"ombra/crypto"
)

func block() papers.Block {
	return papers.Block{Form: "cyber/1", Lang: "en", Kind: "report", Answers: map[string][]string{
		"category": {"misuse"}, "concerned": {"A <b> & \"C\"\nsecond line"}, "affected": {},
	}}
}

func TestForm(t *testing.T) {
	want := "What?\nThis.\n\n-- ombra-form/1 --\n" +
		`{"form":"cyber/1","lang":"en","kind":"report","answers":{"affected":[],"category":["misuse"],"concerned":["A <b> & \"C\"\nsecond line"]}}` + "\n"
	text := papers.AppendForm("What?\nThis.\n\n", block())
	if text != want {
		t.Fatalf("got %q", text)
	}
	// A signed note drops the last newline, and cleaning changes nothing.
	for _, s := range []string{text, strings.TrimSuffix(text, "\n"), crypto.Clean(text), crypto.Signable(text)} {
		readable, b, ok := papers.FormBlock(s)
		if !ok || readable != "What?\nThis." || !reflect.DeepEqual(b, block()) {
			t.Errorf("%q: %q %+v %v", s, readable, b, ok)
		}
	}
}

// TestFormInjected: a filer who writes the mark into an answer changes nothing.
func TestFormInjected(t *testing.T) {
	fake := papers.AppendForm("hello", papers.Block{Answers: map[string][]string{"category": {"fake"}}})
	readable, b, ok := papers.FormBlock(papers.AppendForm(fake, block()))
	if !ok || b.Answers["category"][0] != "misuse" || !strings.Contains(readable, "fake") {
		t.Errorf("%q %+v %v", readable, b, ok)
	}
}

// TestFormBroken: a block in any other spelling stays in the text.
func TestFormBroken(t *testing.T) {
	good := papers.AppendForm("words", block())
	for name, text := range map[string]string{
		"no block":         "words",
		"nothing after it": "words\n-- ombra-form/1 --\n",
		"not JSON":         "words\n-- ombra-form/1 --\nhello\n",
		"null":             "words\n-- ombra-form/1 --\nnull\n",
		"a line after it":  good + "more\n",
		"an unknown key":   strings.Replace(good, `"lang"`, `"x":1,"lang"`, 1),
		"another spelling": strings.Replace(good, `"lang":`, `"lang": `, 1),
		"null answers":     strings.Replace(good, `"affected":[]`, `"affected":null`, 1),
		"within a line":    "words -- ombra-form/1 --\n{}\n",
	} {
		t.Run(name, func(t *testing.T) {
			if readable, _, ok := papers.FormBlock(text); ok || readable != text {
				t.Errorf("%v %q", ok, readable)
			}
		})
	}
}

func FuzzFormBlock(f *testing.F) {
	f.Add(papers.AppendForm("words", block()))
	f.Add("words\n-- ombra-form/1 --\n{}\n")
	f.Add("-- ombra-form/1 --\n-- ombra-form/1 --\n")
	f.Fuzz(func(t *testing.T, text string) {
		readable, b, ok := papers.FormBlock(text)
		if !ok {
			if readable != text {
				t.Error("words were lost")
			}
			return
		}
		if !strings.HasPrefix(text, readable) {
			t.Error("words were changed")
		}
		again, c, ok := papers.FormBlock(papers.AppendForm(readable, b))
		if !ok || again != readable || len(c.Answers) > len(b.Answers) {
			t.Errorf("%q became %q", readable, again)
		}
	})
}
