package storetest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"

	"ombra/cases"
)

// RunShelf checks all that a shelf promises. open gives an empty one.
func RunShelf(t *testing.T, open func(*testing.T) cases.Shelf) {
	t.Run("RoundTrip", func(t *testing.T) { shelfRoundTrip(t, open(t)) })
	t.Run("FailedPut", func(t *testing.T) { shelfFailedPut(t, open(t)) })
	t.Run("StrangeNames", func(t *testing.T) { shelfNames(t, open(t)) })
	t.Run("Ctx", func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if _, err := open(t).Put(ctx, writing(Bytes(10))); !errors.Is(err, context.Canceled) {
			t.Errorf("put with a dead ctx: %v", err)
		}
	})
}

func writing(b []byte) func(io.Writer) error {
	return func(w io.Writer) error { _, err := w.Write(b); return err }
}

func shelfRoundTrip(t *testing.T, s cases.Shelf) {
	names := map[string][]byte{}
	for _, n := range []int{0, 1, 70_000, 3 << 20} {
		b := Bytes(n)
		name, err := s.Put(context.Background(), writing(b))
		if err != nil || name == "" || names[name] != nil {
			t.Fatalf("put: %q, %v", name, err)
		}
		names[name] = b
	}
	for name, want := range names {
		r, err := s.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(r)
		if err != nil || r.Close() != nil || !bytes.Equal(got, want) {
			t.Errorf("read %d of %d bytes, %v", len(got), len(want), err)
		}
		if err := errors.Join(s.Remove(name), s.Remove(name)); err != nil {
			t.Errorf("remove: %v", err)
		}
		if _, err := s.Open(name); cases.KindOf(err) != cases.NotFound {
			t.Errorf("after its removal: %v", err)
		}
	}
}

func shelfFailedPut(t *testing.T, s cases.Shelf) {
	name, err := s.Put(context.Background(), func(w io.Writer) error {
		return errors.Join(writing(Bytes(100))(w), errOwn)
	})
	if name != "" || !errors.Is(err, errOwn) {
		t.Errorf("a failed put: %q, %v", name, err)
	}
}

func shelfNames(t *testing.T, s cases.Shelf) {
	for _, name := range []string{"", ".", "..", "../x", "/etc/passwd", "0123456789abcdef0123456789abcdef"} {
		if _, err := s.Open(name); cases.KindOf(err) != cases.NotFound {
			t.Errorf("open %q: %v", name, err)
		}
		if err := s.Remove(name); err != nil {
			t.Errorf("remove %q: %v", name, err)
		}
	}
}
