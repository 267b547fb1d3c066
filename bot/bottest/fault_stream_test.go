package bottest_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"ombra/bot"
	"ombra/bot/bottest"
	"ombra/cases/storetest"
)

var errPlatform = errors.New("the platform hung up")

// streamed is a file of which the platform says one size and sends a stream.
func streamed(name string, says int64, open func(context.Context) (io.ReadCloser, error)) bot.File {
	return bot.File{Name: name, Size: says, Open: open}
}

func bytesOf(n int) io.Reader { return bytes.NewReader(bytes.Repeat([]byte("x"), n)) }

func readsAs(r func() io.Reader) func(context.Context) (io.ReadCloser, error) {
	return func(context.Context) (io.ReadCloser, error) { return io.NopCloser(r()), nil }
}

// badStreams are files that do not come as they should; n is their size.
func badStreams(n int) map[string]bot.File {
	return map[string]bot.File{
		"does not open": streamed("a.bin", int64(n), func(context.Context) (io.ReadCloser, error) { return nil, errPlatform }),
		"breaks at once": streamed("a.bin", int64(n), readsAs(func() io.Reader {
			return iotest.ErrReader(errPlatform)
		})),
		"breaks on the way": streamed("a.bin", int64(n), readsAs(func() io.Reader {
			return io.MultiReader(bytesOf(n/2), iotest.ErrReader(errPlatform))
		})),
		"breaks at its end": streamed("a.bin", int64(n), readsAs(func() io.Reader {
			return io.MultiReader(bytesOf(n), iotest.ErrReader(errPlatform))
		})),
		"is shorter than said": streamed("a.bin", int64(n), readsAs(func() io.Reader { return bytesOf(n - 1) })),
		"is longer than said":  streamed("a.bin", int64(n), readsAs(func() io.Reader { return bytesOf(n + 1) })),
		"never ends":           streamed("a.bin", int64(n), readsAs(func() io.Reader { return endless{} })),
		"says less than none":  streamed("a.bin", -1, readsAs(func() io.Reader { return bytesOf(n) })),
		"says too much":        streamed("a.bin", 1<<40, readsAs(func() io.Reader { return bytesOf(n) })),
	}
}

type endless struct{}

func (endless) Read(b []byte) (int, error) { return len(b), nil }

// TestFaultStreams: an attachment that does not come whole is said to be
// missing, keeps every word in the form, stores nothing, and the same form with
// the whole file files once.
func TestFaultStreams(t *testing.T) {
	dir := privateDir(t)
	db, shelf := open(t, dir)
	o, err := bottest.NewOffice(context.Background(), db, shelf, bottest.Settings{})
	if err != nil {
		t.Fatal(err)
	}
	filer := newChat(t, o, "test:filer")
	filer.form("report")
	filer.send(url.Values{"q.what": {"A case to add to."}, "q.concerned": {"x"}, "q.category": {"other"}})
	rec := filer.proved()
	for _, n := range []int{2000, 150_000} {
		for name, bad := range badStreams(n) {
			t.Run(name, func(t *testing.T) {
				size := storetest.CheckLog(t, db)
				c := newChat(t, o, "test:"+name)
				said := "Words beside a file that " + name
				form := c.form("report")
				v := url.Values{"q.what": {said}, "q.concerned": {"x"}, "q.category": {"other"}}
				refusedFile(t, c.sendOn(form, v, bottest.FileOf("good.bin", bytes.Repeat([]byte("g"), 100_000)), bad), said)
				c.look(rec)
				c.press(words.Get("mine.add"))

				refusedFile(t, c.send(url.Values{"receipt": {rec}, "more": {said}}, bad), said)
				if now := storetest.CheckLog(t, db); now != size {
					t.Errorf("%d leaves for what was not stored", now-size)
				}
				if left, _ := filepath.Glob(filepath.Join(dir, "files", "*")); len(left) > 0 {
					t.Errorf("%d files are left on the shelf", len(left))
				}
			})
		}
	}
	form := filer.form("report")
	v := url.Values{"q.what": {"Whole at last."}, "q.concerned": {"x"}, "q.category": {"other"}}
	filer.sendOn(form, v, badStreams(5000)["breaks on the way"])
	filer.sendOn(form, v, bottest.FileOf("a.bin", []byte("whole")))
	filer.proved()
}

func refusedFile(t *testing.T, s bot.Step, said string) {
	t.Helper()
	screen := bottest.ScreenOf(s)
	if _, err := bottest.ReceiptOn(screen); err == nil {
		t.Error("a receipt is shown")
	}
	kept := false
	for _, values := range screen.Values {
		kept = kept || strings.Contains(strings.Join(values, "\n"), said)
	}
	if !s.IsForm() || !kept {
		t.Errorf("the words are not in the form any more: %s", screen.Text)
	}
	why := false
	for _, key := range []string{"file-fetch", "file-changed", "file-too-large"} {
		why = why || screen.Has(words.Get("error."+key, "limit", "25"))
	}
	if !why || !screen.Has(words.Get("file.files-again")) {
		t.Errorf("it is not said that the file is missing: %s", screen.Text)
	}
}

// trickle gives a byte a second, until the request ends.
type trickle struct {
	ctx  context.Context
	left int
}

func (s *trickle) Read(b []byte) (int, error) {
	if s.left == 0 {
		return 0, io.EOF
	}
	select {
	case <-s.ctx.Done():
		return 0, s.ctx.Err()
	case <-time.After(time.Second):
	}
	s.left--
	b[0] = 's'
	return 1, nil
}

// TestFaultSlowStream: while one person's file takes an hour, others file; and
// the slow one is filed in the end, or refused when its request ends.
func TestFaultSlowStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := mustOffice(t, bottest.Settings{})
		one, other, third := newChat(t, o, "test:slow"), newChat(t, o, "test:fast"), newChat(t, o, "test:gone")
		v := func(said string) url.Values {
			return url.Values{"q.what": {said}, "q.concerned": {"x"}, "q.category": {"other"}}
		}
		slowFile := streamed("slow.bin", 3600, func(ctx context.Context) (io.ReadCloser, error) {
			return io.NopCloser(&trickle{ctx, 3600}), nil
		})
		began, done := time.Now(), make(chan struct{})
		one.form("report")
		go func() {
			defer close(done)
			one.send(v("slow words"), slowFile)
		}()
		third.form("report")
		third.handle = func(ctx context.Context, ev bot.Event) bot.Step {
			ctx, cancel := context.WithTimeout(ctx, time.Minute)
			defer cancel()
			return o.Bot.Handle(ctx, ev)
		}
		refusedFile(t, third.send(v("words of somebody who waited a minute"), slowFile), "words of somebody")
		other.form("report")
		other.send(v("fast words"))
		other.proved()
		if waited := time.Since(began); waited > 2*time.Minute {
			t.Errorf("others waited %v for a slow file", waited)
		}
		<-done
		if rec := one.proved(); rec == "" || time.Since(began) < time.Hour {
			t.Error("the slow file was not awaited")
		}
	})
}

// TestFaultShelfGone: a shelf that is gone keeps no words from being
// filed.
func TestFaultShelfGone(t *testing.T) {
	dir := privateDir(t)
	db, shelf := open(t, dir)
	o, err := bottest.NewOffice(context.Background(), db, shelf, bottest.Settings{})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "files")); err != nil {
		t.Fatal(err)
	}
	c := newChat(t, o, "test:filer")
	form := c.form("report")
	v := url.Values{"q.what": {"Words."}, "q.concerned": {"x"}, "q.category": {"other"}}
	c.sendOn(form, v, bottest.FileOf("big.bin", bytes.Repeat([]byte("b"), 100_000)))
	c.expect("error.unavailable")
	c.sendOn(form, v)
	c.proved()
	if _, err := o.Cases.VerifyLog(context.Background()); err != nil {
		t.Error(err)
	}
}

// TestEveryShelvingFails: the disk refuses one large file, or takes it and says
// otherwise.
func TestEveryShelvingFails(t *testing.T) {
	faults := []storetest.Fault{storetest.NotStored}
	if os.Getenv("OMBRA_LONG") != "" {
		faults = append(faults, storetest.ButStored)
	}
	for _, fault := range faults {
		for at, more := 0, true; more; at++ {
			t.Run(fault.String(), func(t *testing.T) {
				st := openShelved(t).(shelved)
				shelf := &storetest.FaultyShelf{Shelf: st.shelf, At: at, Fault: fault}
				defer func() { more = shelf.Struck() }()
				tr := newTrial(t, st, st, shelf)
				tr.work()
				tr.holds()
			})
		}
	}
}
