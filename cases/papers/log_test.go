package papers_test

import (
	"testing"

	"ombra/cases/papers"
	"ombra/crypto"
	"ombra/crypto/custody"
)

// grown is a host with checkpoints of 8, 16 and 24 entries, and pins that have
// seen the first.
func grown(t *testing.T) (*host, papers.Pins) {
	t.Helper()
	h := newHost(t).report()
	h.checkpoint(8, 0)
	pins := h.read(h.pins()).Pins(h.pins())
	if pins.LastSize != 8 {
		t.Fatalf("pinned %d", pins.LastSize)
	}
	h.checkpoint(16, 8)
	h.checkpoint(24, 16)
	h.drop(papers.CheckpointName(8))
	return h, pins
}

func TestLog(t *testing.T) {
	t.Run("grows", func(t *testing.T) {
		h, pins := grown(t)
		th := h.read(pins)
		if th.CheckpointSize != 24 || len(th.Warnings) != 0 {
			t.Errorf("%d %q", th.CheckpointSize, th.Warnings)
		}
	})
	t.Run("older ones than this machine has", func(t *testing.T) {
		h, pins := grown(t)
		pins = h.read(pins).Pins(pins)
		if th := h.read(pins); th.CheckpointSize != 24 || len(th.Warnings) != 0 {
			t.Errorf("%d %q", th.CheckpointSize, th.Warnings)
		}
	})
	t.Run("no news", func(t *testing.T) {
		h, pins := grown(t)
		pins = h.read(pins).Pins(pins)
		for _, name := range []string{"checkpoint-16.note", "checkpoint-24.note", "proof-16", "proof-24"} {
			h.drop(name)
		}
		if th := h.read(pins); th.CheckpointSize != 24 || len(th.Warnings) != 0 {
			t.Errorf("%d %q", th.CheckpointSize, th.Warnings)
		}
	})
}

// TestLogAttacks: the host holds the log key, and restores an old database.
func TestLogAttacks(t *testing.T) {
	for _, c := range []struct {
		name   string
		attack func(*host)
		words  string
	}{
		{"shorter", func(h *host) {
			for _, name := range []string{"checkpoint-16.note", "checkpoint-24.note", "proof-16", "proof-24"} {
				h.drop(name)
			}
			h.m.Log.Size = 4
		}, "shorter than it was"},
		{"rewritten", func(h *host) { h.rewrite(); h.checkpoint(16, 8); h.checkpoint(24, 16) }, "was rewritten"},
		{"forked", func(h *host) {
			h.rewrite()
			h.checkpoint(8, 0)
			h.checkpoint(16, 8)
			h.checkpoint(24, 16)
		}, "Two different custody logs"},
		{"a proof missing", func(h *host) { h.drop("proof-24") }, "was rewritten, or not shown"},
		{"a proof that is garbage", func(h *host) { h.put("proof-24", []byte("x")) }, "was rewritten, or not shown"},
		{"not connected", func(h *host) {
			h.drop("proof-16")
		}, "do not show that the custody log continues"},
		{"none sent", func(h *host) {
			for _, name := range []string{"checkpoint-16.note", "checkpoint-24.note", "proof-16", "proof-24"} {
				h.drop(name)
			}
		}, "bring no checkpoint"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h, pins := grown(t)
			c.attack(h)
			th := h.read(pins)
			warned(t, th, c.words)
			if th.CheckpointSize != 8 {
				t.Errorf("the known checkpoint moved to %d", th.CheckpointSize)
			}
			if got := th.Pins(pins); got.LastSize != 8 {
				t.Errorf("pinned %d", got.LastSize)
			}
		})
	}
}

// rewrite begins another history.
func (h *host) rewrite() {
	h.tree = custody.Memory{}
	h.tree.Append(custody.Leaf(day, [32]byte{1}, []byte("another")))
}

// TestForeignCheckpoint: one that the log's key has not signed refuses the papers.
func TestForeignCheckpoint(t *testing.T) {
	h := newHost(t).report()
	key := h.logKey
	h.logKey = must[crypto.SigningKey](t)(crypto.NewSigningKey(origin))
	h.checkpoint(8, 0)
	h.logKey = key
	if _, err := papers.Open(h.file(), h.pass.Reveal()); crypto.Refused(err) != crypto.WhySignature {
		t.Errorf("got %v", err)
	}
}
