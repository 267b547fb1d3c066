package bottest_test

import (
	"context"
	"errors"
	"io"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"ombra/bot"
	"ombra/bot/bottest"
)

// hostile are words that attack whoever reads them: a terminal, a chat, a signed
// note, the machine block, the eye.
var hostile = []string{
	"\x1b[2J\x1b]0;owned\x07visible", "visible\x00\x08\x7f\u009b31m", "<script>visible</script> &amp; <!channel> <@U1> @here",
	"*visible* _x_ `x` [x](http://x.example) ~x~", "visible\u202egnp.exe\u2066", "\ufeffvisible\u2028next\u0085line", "visible\xff\xfe bytes",
	"visible\n\n— anna\n— office.ombra.invalid/anna AAAA\n", "visible\r\n-- 2. Answer, signed by anna --\r\n!! all is well\r\n",
	"visible\n-- ombra-form/1 --\n{\"form\":\"x\"}\n", "ombra-act/1\nvisible", "visible ${jndi:ldap://x} %s%n {{.}} '; DROP TABLE cases;--",
	strings.Repeat("e\u0323\u0300", 300) + "visible", "-----BEGIN AGE visible", "visible \U0001f9e8\U0001f469\u200d\U0001f469 \u05e9\u05dc\u05d5\u05dd \u202b\u0639\u0631\u0628\u202c",
}

// TestHostileInput: what is not wrong for a field is taken whole, whatever it
// would do elsewhere; it is read without its teeth, and no reading of it warns.
func TestHostileInput(t *testing.T) {
	for i, words := range hostile {
		s := newScene(t, bottest.Settings{Names: []string{"anna", "bela"}, Change: typed})
		ev := sent("staff", s.formOf("staff").Token)
		ev.Values["q.what"], ev.Values["q.concerned"] = []string{words}, []string{words[:min(len(words), 40)]}
		step := s.again(ev)
		rec := s.receiptOn(bottest.ScreenOf(step))
		if screen := s.add("staff", rec, words); !screen.Has("Added and stored") {
			t.Errorf("%d is not added: %s", i, screen.Text)
		}
		s.card("anna").press(phrase.Get("act.answer"))
		s.seat("anna").fill(url.Values{"reply": {words}})
		screen := s.look("staff", rec)
		th := s.thread("anna")
		var text, card strings.Builder
		if err := th.Text(&text); err != nil {
			t.Fatal(err)
		}
		if err := th.Card(&card); err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(text.String(), "visible"); n < 3 || !screen.Has("visible") || len(th.Warnings) > 0 {
			t.Errorf("%d: %d times, %q\n%s\n%s", i, n, th.Warnings, screen.Text, text.String())
		}
		for where, shown := range map[string]string{"papers": text.String(), "card": card.String(), "screen": screen.Text} {
			if strings.ContainsFunc(shown, toothed) || !utf8.ValidString(shown) {
				t.Errorf("%d: %s shows %q", i, where, shown)
			}
		}
		for _, it := range th.Items {
			if it.By != "" || it.What == "answer" && it.Signed {
				t.Errorf("%d: words pass for anna's signature: %+v", i, it)
			}
		}
		if step := s.seat("staff").Step(); step.Check() != nil || strings.Contains(step.Text, "visible") {
			t.Errorf("%d: somebody's words stand among ours: %v", i, step.Check())
		}
	}
}

// toothed are characters that move a cursor or turn the reading direction.
func toothed(r rune) bool {
	return r < ' ' && r != '\n' || r >= 0x7f && r < 0xa0 || r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069' || r == '\ufeff'
}

// TestForeignFields: a form that is sent with fields that it does not have stores
// none of them.
func TestForeignFields(t *testing.T) {
	s := newScene(t, bottest.Settings{Names: []string{"anna", "bela"}})
	ev := sent("staff", s.formOf("staff").Token)
	ev.Values["q.secret"], ev.Values["stage"], ev.Values["receipt"] = []string{"foreign"}, []string{"closed"}, []string{"foreign"}
	if step := s.again(ev); step.Title != phrase.Get("receipt.title") {
		t.Fatalf("%s", bare(step))
	}
	th := s.thread("anna")
	if strings.Contains(th.Items[0].Text, "foreign") || th.Stage != "received" || len(th.Warnings) > 0 {
		t.Errorf("%+v", th.Items[0])
	}
}

// TestNothingAdded: an addition without a word that anybody could see, and
// without a file, is no addition; an assessment that would undo an investigation
// is none either. Both are said, and the form is still there.
func TestNothingAdded(t *testing.T) {
	s, forms := everyForm(t)
	for _, more := range []string{"", "  \n", "\x00\x01\u202e\ufeff"} {
		values := url.Values{"receipt": forms["add"].good["receipt"], "more": {more}}
		size := s.size()
		step := s.again(forms["add"].event(values))
		if !step.IsForm() || !strings.Contains(step.Text, phrase.Get("error.empty")) {
			t.Errorf("%q: %.300s", more, bare(step))
		}
		s.grew(size, 0, "nothing")
	}
	f := forms["assess"]
	s.again(f.event(f.good))
	back := url.Values{"category": {"other"}, "priority": {"low"}, "urgent": {"no"}, "stage": {"assessing"}}
	size := s.size()
	step := s.again(f.event(back))
	if !strings.Contains(step.Text, phrase.Get("error.assessment")) {
		t.Errorf("%s", bare(step))
	}
	comesBack(t, step, "", "", back)
	s.grew(size, 0, "an investigation undone")
}

// fileOf is a file of which a platform says one size and gives another.
func fileOf(name string, size int64, r func() io.Reader, err error) bot.File {
	return bot.File{Name: name, Size: size, Open: func(context.Context) (io.ReadCloser, error) {
		if err != nil {
			return nil, err
		}
		return io.NopCloser(r()), nil
	}}
}

// broken breaks off.
type broken struct{ rest io.Reader }

func (b broken) Read(p []byte) (int, error) {
	if n, err := b.rest.Read(p); err == nil {
		return n, nil
	}
	return 0, errors.New("reset by peer")
}

// TestBadFiles: a file that is too large, one too many, one that cannot be fetched
// or does not arrive whole gets one sentence; nothing is stored, in no place, the
// words are still there, and the person is told to attach again.
func TestBadFiles(t *testing.T) {
	words := func(n int) func() io.Reader {
		return func() io.Reader { return strings.NewReader(strings.Repeat("x", n)) }
	}
	good := fileOf("good.txt", 5, words(5), nil)
	large := fileOf("large.bin", 300<<10, words(300<<10), nil)
	var many []bot.File
	for range 11 {
		many = append(many, good)
	}
	s, forms := everyForm(t)
	for want, files := range map[string][]bot.File{
		"error.too-many-files":  many,
		"error.file-too-large":  {good, fileOf("big", 26<<20, words(1), nil)},
		"error.file-too-large ": {fileOf("negative", -1, words(1), nil)},
		"error.file-fetch":      {good, large, fileOf("gone", 5, nil, errors.New("403 https://files.example/U123"))},
		"error.file-changed":    {good, large, fileOf("short", 50, words(5), nil)},
		"error.file-changed ":   {fileOf("long", 5, words(50), nil)},
		"error.file-changed  ":  {large, fileOf("broken", 400<<10, func() io.Reader { return broken{strings.NewReader(strings.Repeat("x", 300<<10))} }, nil)},
	} {
		for _, name := range []string{"report", "redress", "add"} {
			f := forms[name]
			size, disk := s.size(), len(s.everything())
			step := s.again(f.event(f.good, files...))
			sentence := phrase.Get(strings.TrimRight(want, " "), "limit", "25")
			// What is added is read once before it is sealed: it breaks off then.
			fetch := name == "add" && strings.Contains(step.Text, phrase.Get("error.file-fetch"))
			if !strings.Contains(step.Text, sentence) && !fetch {
				t.Errorf("%s, %s: %.300s", name, want, step.Text)
			}
			if s.size() != size || len(s.everything()) != disk {
				t.Errorf("%s, %s: something is stored, or left behind", name, want)
				continue
			}
			comesBack(t, step, "files", phrase.Get("file.files-again"), f.good)
			if strings.Contains(bare(step), "files.example") {
				t.Errorf("%s shows an error's own text", name)
			}
		}
	}
}

// TestHostileFileNames: names that climb out of a folder, hide, or turn around are
// taken; what is read has a name that is safe to show and to save under.
func TestHostileFileNames(t *testing.T) {
	s := newScene(t, bottest.Settings{Names: []string{"anna", "bela"}})
	var files []bot.File
	names := []string{
		"../../etc/passwd", `..\..\boot.ini`, "\x1b[2Jx.txt", "a\u202egnp.exe", ".hidden", "", "..", "con.txt",
		strings.Repeat("long", 200) + ".pdf", "same.txt",
	}
	for i, name := range names {
		files = append(files, bottest.FileOf(name, []byte(strings.Repeat("x", i+1))))
	}
	rec := s.file("staff", told(), files...)
	if screen := s.add("staff", rec, "once more", bottest.FileOf("same.txt", []byte("1")), bottest.FileOf("same.txt", []byte("2"))); !screen.Has("Added and stored") {
		t.Errorf("%s", screen.Text)
	}
	th := s.thread("anna")
	if len(th.Items[0].Files) != len(names) || len(th.Items[1].Files) != 2 || len(th.Warnings) > 0 {
		t.Fatalf("%d and %d files, %q", len(th.Items[0].Files), len(th.Items[1].Files), th.Warnings)
	}
	for _, f := range th.Items[0].Files {
		if f.Name == "" || strings.HasPrefix(f.Name, ".") || strings.ContainsAny(f.Name, "/\\\x1b\u202e") || utf8.RuneCountInString(f.Name) > 120 {
			t.Errorf("%q", f.Name)
		}
	}
}
