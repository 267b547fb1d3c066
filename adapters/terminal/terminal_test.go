package terminal

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ombra/bot"
)

// seen is what a handler notes of an event.
type seen struct {
	From, Verb, Said, Token, Files string
	Form                           bool
	Values                         url.Values
}

// recorder is a handler that answers from a table, by verb, token or "said".
type recorder struct {
	tb    testing.TB
	mu    sync.Mutex
	steps map[string]bot.Step
	seen  []seen
	refs  []string
}

func (r *recorder) handle(ctx context.Context, ev bot.Event) bot.Step {
	s := seen{From: ev.From.Reveal(), Verb: ev.Verb, Token: string(ev.Token), Form: ev.Form, Values: ev.Values}
	key := ev.Verb + string(ev.Token)
	files := ev.Files
	if ev.Via.Exposed || ev.Via.Name != "terminal" {
		r.tb.Error("wrong Via")
	}
	if ev.Said != nil {
		s.Said, files, key = ev.Said.Text, ev.Said.Files, "said"
		got, err := ev.Recall(ctx, ev.Said.Ref)
		if err != nil || got.Text != ev.Said.Text || len(ev.Said.Ref) > 64 {
			r.tb.Error("what was said cannot be recalled")
		}
	}
	for _, f := range files {
		s.Files += f.Name + "=" + mustContent(r.tb, f) + ";"
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if ev.Said != nil {
		r.refs = append(r.refs, ev.Said.Ref)
	}
	r.seen = append(r.seen, s)
	return r.steps[key]
}

func mustContent(tb testing.TB, f bot.File) string {
	tb.Helper()
	rc, err := f.Open(context.Background())
	if err != nil {
		return "!"
	}
	defer rc.Close()
	b, err := io.ReadAll(rc)
	if err != nil {
		tb.Fatal(err)
	}
	return string(b)
}

// mustRun types a whole session and returns what stood on the screen.
func mustRun(tb testing.TB, o Options, r *recorder, lines ...string) string {
	tb.Helper()
	var out bytes.Buffer
	o.In, o.Out = strings.NewReader(strings.Join(lines, "\n")), &out
	if err := New(o, r.handle).Run(tb.Context()); err != nil {
		tb.Fatal(err)
	}
	return out.String()
}

func wantText(tb testing.TB, out string, parts ...string) {
	tb.Helper()
	for _, p := range parts {
		if !strings.Contains(out, p) {
			tb.Errorf("no %q in:\n%s", p, out)
		}
	}
}

func reportForm() bot.Step {
	return bot.Step{Title: "Report", Submit: "File it", Token: "form", Fields: []bot.Field{
		{ID: "what", Kind: bot.Text, Label: "What?"},
		{ID: "files", Kind: bot.Files, Label: "Files", Optional: true, Else: "-"},
	}}
}

func TestSession(t *testing.T) {
	paper := filepath.Join(t.TempDir(), "my paper.txt")
	if err := os.WriteFile(paper, []byte("words"), 0o600); err != nil {
		t.Fatal(err)
	}
	r := &recorder{tb: t, steps: map[string]bot.Step{
		"":       {Title: "Welcome", Buttons: []bot.Button{{Label: "Report", Verb: "report"}}},
		"report": reportForm(),
		"form":   {Title: "Thank you"},
	}}
	out := mustRun(t, Options{Account: "anna", Verbs: []string{"report", "help"}}, r,
		"1", "It broke.", "help", ".", "nowhere.txt", "'"+paper+"'", "", "send",
		"Help me with this", "hello there", "file "+paper, "file", "", "Report", "half", "quit")
	wantText(t, out, "Welcome", "[1] Report", "no file under that path", "Thank you", "Only the first word",
		"then the path of one file", "The input ended in the middle")
	const anna = "terminal:anna"
	want := []seen{
		{From: anna},
		{From: anna, Verb: "report"},
		{From: anna, Token: "form", Form: true, Values: url.Values{"what": {"It broke.\nhelp"}}, Files: "my paper.txt=words;"},
		{From: anna, Verb: "help"},
		{From: anna, Said: "hello there"},
		{From: anna, Files: "my paper.txt=words;"},
		{From: anna, Verb: "report"},
	}
	if diff := cmp.Diff(want, r.seen); diff != "" {
		t.Error(diff)
	}
}

func TestQuit(t *testing.T) {
	r := &recorder{tb: t}
	out := mustRun(t, Options{}, r, "QUIT", "after")
	if len(r.seen) != 1 || r.seen[0].From != "terminal:guest" || strings.Contains(out, "ended in the middle") {
		t.Errorf("got %+v\n%s", r.seen, out)
	}
}

func TestArmor(t *testing.T) {
	sealed := armorBegin + "\nYWdlLWVuY3J5cHRpb24ub3JnL3Yx\nreport\n" + armorEnd + "\n"
	r := &recorder{tb: t}
	out := mustRun(t, Options{Verbs: []string{"report"}, Hook: func(l string) bool { return l == "report" }}, r,
		"  "+strings.ReplaceAll(sealed, "\n", "\r\n"), armorBegin, "abc", "cancel", "x", armorBegin, "abc")
	wantText(t, out, "sealed message was dropped", "The input ended in the middle")
	if len(r.seen) != 3 || r.seen[1].Said != sealed || r.seen[2].Said != "x" {
		t.Errorf("got %+v", r.seen)
	}
}

func TestArmorHasAnEnd(t *testing.T) {
	lines := []string{armorBegin}
	for range maxArmor/(1<<19) + 1 {
		lines = append(lines, strings.Repeat("A", 1<<19))
	}
	r := &recorder{tb: t}
	wantText(t, mustRun(t, Options{}, r, append(lines, armorEnd)...), "too long and was not taken")
	if len(r.seen) != 1 {
		t.Error("an endless message was sent")
	}
}

func TestLongLine(t *testing.T) {
	r := &recorder{tb: t}
	out := mustRun(t, Options{}, r, strings.Repeat("x", maxLine+1), "short", strings.Repeat("x", maxLine+1))
	wantText(t, out, "too long and was not taken")
	if len(r.seen) != 2 || r.seen[1].Said != "short" {
		t.Errorf("got %d events", len(r.seen))
	}
}

// Another person sits down: buttons of the one before are gone, and what that
// one said cannot be recalled.
func TestAs(t *testing.T) {
	r := &recorder{tb: t, steps: map[string]bot.Step{"said": {Title: "Here", Buttons: []bot.Button{{Label: "Mine", Token: "anna's"}}}}}
	var term *Terminal
	hook := func(line string) bool {
		name, ok := strings.CutPrefix(line, "be ")
		if ok {
			term.As(name)
		}
		return ok
	}
	term = New(Options{In: strings.NewReader("hello\nbe ben\n1\nbe ben\n"), Out: io.Discard, Account: "anna", Hook: hook}, r.handle)
	if err := term.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := []seen{{From: "terminal:anna"}, {From: "terminal:anna", Said: "hello"}, {From: "terminal:ben"}, {From: "terminal:ben", Said: "1"}}
	if diff := cmp.Diff(want, r.seen); diff != "" {
		t.Error(diff)
	}
	if _, err := term.said.recall("ben", r.refs[0]); !errors.Is(err, errForgotten) {
		t.Error("somebody else's words can be recalled")
	}
}

// A file that vanishes after its path was typed costs no other answer.
func TestFileGoesAway(t *testing.T) {
	path := filepath.Join(t.TempDir(), "paper.txt")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	r := &recorder{tb: t, steps: map[string]bot.Step{"": reportForm()}}
	asked := 0
	files := func(p string) (bot.File, error) {
		if asked++; asked > 1 {
			return bot.File{}, errNoFile
		}
		return localFile(p)
	}
	mustRun(t, Options{Files: files}, r, "words", ".", path, "", "send")
	if len(r.seen) != 2 || r.seen[1].Files != "paper.txt=!;" || r.seen[1].Values.Get("what") != "words" {
		t.Errorf("got %+v", r.seen)
	}
}

type badReader struct{}

func (badReader) Read([]byte) (int, error) { return 0, &os.PathError{Op: "read", Path: "/home/anna"} }

func TestRunEnds(t *testing.T) {
	t.Run("a broken input", func(t *testing.T) {
		err := New(Options{In: badReader{}, Out: io.Discard}, (&recorder{tb: t}).handle).Run(t.Context())
		if err == nil || strings.Contains(err.Error(), "anna") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("the context", func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		in, w := io.Pipe()
		defer w.Close()
		time.AfterFunc(20*time.Millisecond, stop)
		if err := New(Options{In: in, Out: io.Discard}, (&recorder{tb: t}).handle).Run(ctx); err != nil {
			t.Error(err)
		}
	})
}

func TestHall(t *testing.T) {
	hall := NewHall()
	in, typing := io.Pipe()
	var out bytes.Buffer
	anna := New(Options{In: in, Out: &out, Account: "anna", Hall: hall}, (&recorder{tb: t}).handle)
	news := bot.Step{Kept: true, Title: "News", Text: "There is news.", Buttons: []bot.Button{{Label: "Inbox", Verb: "inbox"}}}
	var undelivered *bot.Undelivered
	if err := hall.Tell(t.Context(), Account("anna"), "k", news); !errors.As(err, &undelivered) || undelivered.Gone {
		t.Errorf("told somebody who is not there: %v", err)
	}
	ended := make(chan error)
	go func() { ended <- anna.Run(t.Context()) }()
	if _, err := io.WriteString(typing, "hello\n"); err != nil { // from here on she sits there
		t.Fatal(err)
	}
	for range 2 {
		if err := hall.Tell(t.Context(), Account("anna"), "k", news); err != nil {
			t.Error(err)
		}
	}
	if err := hall.Tell(t.Context(), Account("ben"), "k", news); !errors.As(err, &undelivered) {
		t.Errorf("told ben at anna's terminal: %v", err)
	}
	typing.Close()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if n := strings.Count(out.String(), "There is news."); n != 1 {
		t.Errorf("told %d times:\n%s", n, out.String())
	}
	wantText(t, out.String(), "Inbox: type inbox")
	if err := hall.Tell(t.Context(), Account("anna"), "k2", news); !errors.As(err, &undelivered) {
		t.Errorf("told somebody who left: %v", err)
	}
}

func TestMemoryIsBounded(t *testing.T) {
	m := newMemory()
	first := m.keep("anna", bot.Message{Text: "x"})
	for range maxRemembered {
		m.keep("anna", bot.Message{Text: "y"})
	}
	if _, err := m.recall("anna", first); err == nil || len(m.held) != maxRemembered {
		t.Errorf("%d messages are held", len(m.held))
	}
	m.keep("anna", bot.Message{Files: []bot.File{{Size: maxBytes}}})
	if len(m.held) != 1 || m.bytes != maxBytes {
		t.Errorf("%d messages of %d bytes are held", len(m.held), m.bytes)
	}
}
