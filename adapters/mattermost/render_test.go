package mattermost

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/mattermost/mattermost/server/public/model"
	"pgregory.net/rapid"

	"ombra/bot"
	"ombra/bot/say"
)

func mustAdapter(tb testing.TB) *Adapter {
	tb.Helper()
	a, err := New(Options{
		URL: "http://127.0.0.1:1", Token: NewSecret("token"), Slash: NewSecret("one\ntwo"), Paths: NewSecret(strings.Repeat("p", 40)), Listen: "127.0.0.1:0",
	})
	if err != nil {
		tb.Fatal(err)
	}
	a.public = "http://127.0.0.1:2"
	a.handle = func(context.Context, bot.Event) bot.Step { return bot.Step{} }
	return a
}

// words draws text of one to four bytes a rune, with all that markup is made of.
func text(t *rapid.T, what string, least, most int) string {
	const alphabet = "abcäßжЩ語😀 *_`~#|[]<>@:\\\n-1\x1b\u202e"
	return string(rapid.SliceOfN(rapid.SampledFrom([]rune(alphabet)), least, most).Draw(t, what))
}

func anyField(t *rapid.T, id string) bot.Field {
	f := bot.Field{
		ID: id, Kind: rapid.SampledFrom([]bot.Kind{bot.Line, bot.Text, bot.Hidden, bot.Choice, bot.Choices, bot.Date}).Draw(t, "kind"),
		Label: text(t, "label", 1, bot.MaxField), Help: text(t, "help", 0, bot.MaxHelp), Problem: text(t, "problem", 0, 20),
		Optional: rapid.Bool().Draw(t, "optional"), Max: 3000,
	}
	switch f.Kind {
	case bot.Choice, bot.Choices:
		for i := range rapid.IntRange(1, 8).Draw(t, "options") {
			f.Options = append(f.Options, bot.Option{Value: "o" + string(rune('a'+i)), Label: text(t, "option", 1, bot.MaxOption)})
		}
		if rapid.Bool().Draw(t, "set") {
			f.Value = []string{f.Options[0].Value}
		}
	case bot.Date:
		if v := rapid.SampledFrom([]string{"", "2026-11-02", "2026-02-30", "today", "+1d", "last week"}).Draw(t, "day"); v != "" {
			f.Value = []string{v}
		}
	case bot.Line, bot.Text, bot.Hidden:
		if v := text(t, "value", 0, 1200); v != "" {
			f.Value = []string{v}
		}
	default:
	}
	return f
}

// TestDialogsAreValid: whatever a step may hold in runes fits into a dialog's bytes,
// and a dialog that is sent as it was opened gives back what it was opened with.
func TestDialogsAreValid(t *testing.T) {
	a := mustAdapter(t)
	rapid.Check(t, func(t *rapid.T) {
		a.release.Store(rapid.SampledFrom([]int64{0, 9009, 11_000, 11_001, 12_000}).Draw(t, "release"))
		s := bot.Step{Lang: "en", Title: text(t, "title", 1, bot.MaxTitle), Text: text(t, "text", 0, 300), Submit: "Send", Token: "t"}
		for i := range rapid.IntRange(1, 6).Draw(t, "fields") {
			s.Fields = append(s.Fields, anyField(t, "f"+string(rune('a'+i))))
		}
		d := a.drawDialog("u", s)
		req := model.OpenDialogRequest{TriggerId: "t", URL: "http://127.0.0.1", Dialog: d}
		if err := req.IsValid(); err != nil {
			t.Fatal(err)
		}
		sent := map[string]any{}
		for _, e := range d.Elements {
			sent[e.Name] = e.Default
			if e.Type == "bool" {
				sent[e.Name] = e.Default == "true"
			}
		}
		values, ok := valuesOf(sent)
		if !ok {
			t.Fatal("it cannot be read back")
		}
		for _, f := range s.Fields {
			fits := len(f.Value) == 0 || len(f.Value[0]) <= maxTextDefault && f.Kind != bot.Hidden || len(f.Value[0]) <= maxLineDefault
			if fits && !slices.Equal(values[f.ID], f.Value) {
				t.Fatalf("%s: %q came back as %q", f.Kind, f.Value, values[f.ID])
			}
			if !fits && !strings.Contains(d.IntroductionText, markup(say.In("en").Get("mattermost.too-long"))) {
				t.Fatal("nothing says that a value is left out")
			}
		}
	})
}

// TestCatalogInBytes: the adapter's own words fit in every language, in bytes.
func TestCatalogInBytes(t *testing.T) {
	for _, lang := range say.Langs() {
		w := say.In(lang)
		for key, most := range map[string]int{"what": maxDisplay, "next": maxTitle, "close": maxTitle, "date": maxHelp} {
			if text := w.Get("mattermost." + key); len(text) > most {
				t.Errorf("%s: mattermost.%s has %d bytes, at most %d", lang, key, len(text), most)
			}
		}
		// The button of a cover, and a card's, are shown whole by every client.
		if n := utf8.RuneCountInString(w.Get("mattermost.show")); n > bot.MaxLabel {
			t.Errorf("%s: mattermost.show has %d runes", lang, n)
		}
	}
}

// TestCut never cuts a rune in two, and says that it cut.
func TestCut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, most := text(t, "text", 0, 60), rapid.IntRange(4, 40).Draw(t, "most")
		got := cut(s, most)
		if len(got) > most || !utf8.ValidString(got) || len(s) > most && !strings.HasSuffix(got, "…") {
			t.Fatalf("%q cut to %d: %q", s, most, got)
		}
	})
}

// TestFenced: nothing that somebody wrote can close the fence around it, and nothing
// of it is lost.
func TestFenced(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := text(t, "text", 1, 400) + strings.Repeat("`", rapid.IntRange(0, 9).Draw(t, "ticks"))
		lines := strings.Split(fenced(broken(s)), "\n")
		fence := strings.TrimSuffix(lines[0], "text")
		for _, line := range lines[1 : len(lines)-1] {
			if strings.Contains(line, fence) {
				t.Fatalf("%q closes the fence", line)
			}
		}
		inside := strings.Join(lines[1:len(lines)-1], "")
		if want := strings.TrimRight(strings.ReplaceAll(visible(s), "\n", ""), "\n"); inside != want {
			t.Fatalf("%q became %q", want, inside)
		}
	})
}

// TestReleases: a version that cannot be read is an old one.
func TestReleases(t *testing.T) {
	a := mustAdapter(t)
	for version, want := range map[string]bool{
		"11.1.0.11.1.0.abc.false": true, "11.10.0.1": true, "12.0.0": true, "11.0.9.1": false, "9.9.0.9720439": false, "5.37.0.5.37.10": false,
		"": false, "11": false, "11.x.0": false, "-11.9.0": false, "9999999999999999999.1.1": false, "2000.1.1": false,
	} {
		a.release.Store(releaseOf(version))
		if a.newer(datesMajor, datesMinor) != want {
			t.Errorf("%q: newer is %v", version, !want)
		}
	}
}

// TestSameSecret takes each team's token and nothing else.
func TestSameSecret(t *testing.T) {
	for given, want := range map[string]bool{"one": true, "two": true, "": false, "on": false, "one\ntwo": false, "three": false, "one ": false} {
		if sameSecret(given, NewSecret("one\ntwo\n\n")) != want {
			t.Errorf("%q: %v", given, !want)
		}
	}
	if sameSecret("", NewSecret("")) {
		t.Error("no secret is the same as none")
	}
}

// TestBox opens for one account and one use, and not when anything is changed.
func TestBox(t *testing.T) {
	b := newBox(NewSecret("one"))
	sealed := b.seal("anna", "said", "post")
	if v, ok := b.open("anna", "said", sealed); !ok || v != "post" {
		t.Fatal("it does not open")
	}
	for what, try := range map[string][3]string{
		"another account": {"bela", "said", sealed}, "another use": {"anna", "verb", sealed}, "another value": {"anna", "said", strings.Replace(sealed, "post", "past", 1)},
		"another time": {"anna", "said", "z" + sealed}, "less": {"anna", "said", sealed[:len(sealed)-1]}, "nothing": {"anna", "said", ""}, "dots": {"anna", "said", ".."},
	} {
		if _, ok := b.open(try[0], try[1], try[2]); ok {
			t.Errorf("%s: it opens", what)
		}
	}
	if v, ok := newBox(NewSecret("one")).open("anna", "said", sealed); !ok || v != "post" {
		t.Error("it does not open after a restart")
	}
	if _, ok := newBox(NewSecret("two")).open("anna", "said", sealed); ok {
		t.Error("another office opens it")
	}
}

// FuzzCallbacks: whatever is posted to whatever path gets 200 and says nothing.
func FuzzCallbacks(f *testing.F) {
	a := mustAdapter(f)
	for _, body := range []string{
		"", "{}", "token=one&user_id=" + strings.Repeat("u", 26) + "&channel_id=" + strings.Repeat("c", 26) + "&text=report",
		`{"user_id":"` + strings.Repeat("u", 26) + `","channel_id":"` + strings.Repeat("c", 26) + `","trigger_id":"YTp1dXV1dXV1dXV1dXV1dXV1dXV1dXV1dXV1dXU6MTpi","context":{"v":"inbox"}}`,
		`{"user_id":"` + strings.Repeat("u", 26) + `","state":"t","callback_id":"x","submission":{"a":"b","c=d":true,"e":null}}`,
		`{"user_id":"` + strings.Repeat("u", 26) + `","state":"t","submission":{"buttons":"v:inbox"}}`,
	} {
		for path := range 3 {
			f.Add(path, body)
		}
	}
	f.Fuzz(func(t *testing.T, which int, body string) {
		path := []string{a.paths.slash, a.paths.press, a.paths.submit}[uint(which)%3]
		r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
		r.RemoteAddr = "127.0.0.1:1"
		if which%2 == 0 {
			r.Header.Set("Content-Type", "application/json")
		}
		for _, read := range []func(*http.Request, []byte) (turn, bool){a.readSlash, a.readPress, a.readSubmit} {
			turn, ok := read(r, []byte(body))
			if ok && !idShape.MatchString(turn.user) {
				t.Errorf("it is taken, and from nobody")
			}
		}
		w := httptest.NewRecorder()
		a.ServeHTTP(w, r)
		says := func(key string) string { return fmt.Sprintf(`{"error":%q}`, say.In("en").Get(key)) }
		if got := w.Body.String(); w.Code != http.StatusOK || got != says("mattermost.refused") && (path != a.paths.submit || got != says("lost.text")) && (path != a.paths.slash || got != "{}") {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	})
}
