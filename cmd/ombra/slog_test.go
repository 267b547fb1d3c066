package main

import (
	"bytes"
	"context"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"log"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"ombra/cases"
)

// restoreLogs puts the process's loggers back after a test.
func restoreLogs(t *testing.T) {
	t.Helper()
	before := slog.Default()
	out, flags := log.Writer(), log.Flags() //nolint:forbidigo // to put it back
	t.Cleanup(func() {
		slog.SetDefault(before)
		log.SetOutput(out)  //nolint:forbidigo // as it was
		log.SetFlags(flags) //nolint:forbidigo // likewise
	})
}

type leaky struct{ words string }

func (l leaky) String() string       { return l.words }
func (l leaky) LogValue() slog.Value { return slog.StringValue(l.words) }

// TestLogPassesNothingElse plants a canary in every place of a log line that
// can hold one.
//
//nolint:sloglint,forbidigo // every way that the linter forbids, in case somebody finds it
func TestLogPassesNothingElse(t *testing.T) {
	restoreLogs(t)
	var out bytes.Buffer
	l := newLogger(&out, time.UTC)
	ctx := t.Context()
	bad := leaky{canary}
	for name, write := range map[string]func(){
		"message":         func() { l.InfoContext(ctx, canary) },
		"formatted":       func() { l.InfoContext(ctx, logServing+" "+canary) },
		"unknown key":     func() { l.InfoContext(ctx, logServing, "account", canary) },
		"key":             func() { l.InfoContext(ctx, logServing, canary, "x") },
		"known key":       func() { l.InfoContext(ctx, logServing, "kind", canary) },
		"known key, any":  func() { l.InfoContext(ctx, logServing, "kind", bad) },
		"number key, any": func() { l.InfoContext(ctx, logServing, "took", bad) },
		"number as text":  func() { l.InfoContext(ctx, logServing, "took", canary) },
		"error":           func() { l.ErrorContext(ctx, logJob, "err", errors.New(canary)) },
		"group value":     func() { l.InfoContext(ctx, logServing, slog.Group("kind", "platform", canary)) },
		"inlined group":   func() { l.InfoContext(ctx, logServing, slog.Group("", "kind", canary)) },
		"missing key":     func() { l.InfoContext(ctx, logServing, []any{canary}...) },
		"with":            func() { l.With("kind", canary, "who", canary).InfoContext(ctx, logServing) },
		"with group":      func() { l.WithGroup(canary).InfoContext(ctx, logServing, "kind", canary) },
		"group, then key": func() { l.WithGroup("g").With("kind", canary).InfoContext(ctx, logServing) },
		"debug":           func() { l.DebugContext(ctx, logServing, "kind", canary) },
		"default":         func() { slog.InfoContext(ctx, canary, "kind", canary) },
		"standard logger": func() { log.Printf("http: panic serving %s", canary) },
		"standard, other": func() { log.Default().Println(canary) },
		"error logger":    func() { slog.NewLogLogger(l.Handler(), slog.LevelError).Print(canary) },
	} {
		out.Reset()
		write()
		if strings.Contains(out.String(), canary) {
			t.Errorf("%s: the canary is in %q", name, out.String())
		}
		if name != "debug" && out.Len() == 0 {
			t.Errorf("%s: no line at all", name)
		}
	}
}

// TestLogPassesWhatItShould is the control: a handler that drops everything
// would pass the test above.
func TestLogPassesWhatItShould(t *testing.T) {
	restoreLogs(t)
	var out bytes.Buffer
	l := newLogger(&out, time.FixedZone("", 3600)).With(slog.String("platform", "terminal"))
	l.WithGroup("").LogAttrs(t.Context(), slog.LevelError, logJob, slog.String("job", "checkpoint"), slog.String("kind", "unavailable"), slog.Duration("took", time.Second))
	r := slog.NewRecord(time.Date(2026, 11, 23, 23, 30, 0, 0, time.UTC), slog.LevelInfo, logServing, 0)
	if err := l.Handler().Handle(context.Background(), r); err != nil {
		t.Fatal(err)
	}
	today := time.Now().In(time.FixedZone("", 3600)).Format(time.DateOnly)
	want := today + " ERROR a job failed platform=terminal job=checkpoint kind=unavailable took=1s\n" +
		"2026-11-24 INFO serving platform=terminal\n" // a day in the office's zone, and no time
	if out.String() != want {
		t.Errorf("got\n%swant\n%s", out.String(), want)
	}
}

// TestLogNamesEveryJob: a job that fails without its name helps nobody.
func TestLogNamesEveryJob(t *testing.T) {
	jobs := (&cases.Service{}).Jobs()
	if len(jobs) == 0 {
		t.Fatal("there are no jobs")
	}
	for _, j := range jobs {
		if !slices.Contains(allowed["job"], j.Name) {
			t.Errorf("the log drops the name of the job %q", j.Name)
		}
	}
}

// TestEveryMessageIsRegistered reads the source: a message that is not
// registered would be replaced, and nobody would see what was meant.
func TestEveryMessageIsRegistered(t *testing.T) {
	s := &scan{t: t, consts: map[string]string{}, seen: map[string]bool{logForeign: true}} // it stands for others
	for _, root := range []string{"../../bot", "../../cases", "../../adapters", "."} {
		s.folder(root, s.collect)
		s.folder(root, s.calls)
	}
	for msg := range registered {
		if !s.seen[msg] {
			t.Errorf("%q is registered, and nobody logs it", msg)
		}
	}
}

type scan struct {
	t      *testing.T
	consts map[string]string // string constants of this package
	seen   map[string]bool
}

func (s *scan) folder(root string, visit func(file string, f *ast.File)) {
	s.t.Helper()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		isTests := strings.HasSuffix(path, "_test.go") || strings.Contains(path, "bottest") || strings.Contains(path, "fake")
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || isTests {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, text, 0)
		if err == nil {
			visit(path, f)
		}
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *scan) collect(_ string, f *ast.File) {
	ast.Inspect(f, func(n ast.Node) bool {
		v, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		for i, value := range v.Values {
			if text, ok := s.text(value); ok && i < len(v.Names) {
				s.consts[v.Names[i].Name] = text
			}
		}
		return true
	})
}

// text is the value of a string literal or of a constant; of several ways to
// choose between constants, each is looked at where it is written.
func (s *scan) text(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(e.Value)
		return text, err == nil && e.Kind == token.STRING
	case *ast.Ident:
		text, ok := s.consts[e.Name]
		return text, ok
	}
	return "", false
}

func (s *scan) calls(file string, f *ast.File) {
	ast.Inspect(f, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		sel, ok := call.Fun.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		switch sel.Sel.Name {
		case "LogAttrs":
			s.message(file, call)
		case "InfoContext", "WarnContext", "ErrorContext", "DebugContext", "Info", "Warn", "Debug":
			if len(call.Args) > 0 { // a directory entry has an Info too
				s.t.Errorf("%s: %s: use LogAttrs, with a registered message", file, sel.Sel.Name)
			}
		case "Any", "Group":
			if x, ok := sel.X.(*ast.Ident); ok && x.Name == "slog" {
				s.t.Errorf("%s: slog.%s: only words and numbers pass", file, sel.Sel.Name)
			}
		case "String", "Int", "Int64", "Duration":
			if x, ok := sel.X.(*ast.Ident); ok && x.Name == "slog" && len(call.Args) == 2 {
				if key, _ := s.text(call.Args[0]); !isAllowed(key) {
					s.t.Errorf("%s: the key %q is not allowed in a log", file, key)
				}
			}
		}
		return true
	})
}

func isAllowed(key string) bool {
	_, ok := allowed[key]
	return ok
}

func (s *scan) message(file string, call *ast.CallExpr) {
	if len(call.Args) < 3 {
		s.t.Errorf("%s: LogAttrs without a message", file)
		return
	}
	found := false
	ast.Inspect(call.Args[2], func(n ast.Node) bool {
		e, ok := n.(ast.Expr)
		if !ok {
			return true
		}
		msg, ok := s.text(e)
		if !ok {
			return true
		}
		found = true
		s.seen[msg] = true
		if !registered[msg] {
			s.t.Errorf("%s: %q is not registered in slog.go", file, msg)
		}
		return false
	})
	if !found {
		s.t.Errorf("%s: a message that is no constant", file)
	}
}
