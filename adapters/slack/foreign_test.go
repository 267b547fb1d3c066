package slack

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestCount: a connection too many is borne for a minute, and not a second more.
func TestCount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		a, err := New(Options{BotToken: Hide("x"), AppToken: Hide("x"), Log: slog.New(slog.NewTextHandler(&log, nil))})
		if err != nil {
			t.Fatal(err)
		}
		hello := func(n int, after time.Duration, halted bool) {
			t.Helper()
			time.Sleep(after) //nolint:forbidigo // no time passes in this test
			a.links.count(t.Context(), n)
			if a.links.isHalted() != halted {
				t.Errorf("%d connections: halted %v", n, !halted)
			}
		}
		a.links.open = 2
		hello(1, 0, false)
		hello(2, 0, false)
		hello(3, time.Hour, false) // a stranger, or one of ours that Slack has not missed yet
		hello(3, 59*time.Second, false)
		hello(2, time.Second, false)
		hello(3, time.Second, false) // counted from here
		hello(4, 59*time.Second, false)
		hello(3, time.Second, true)
		hello(3, time.Hour, true)
		a.links.open = 3 // one is being replaced
		hello(4, time.Second, true)
		hello(3, time.Second, false)
		if halts, ends := strings.Count(log.String(), logForeign), strings.Count(log.String(), logAlone); halts != 1 || ends != 1 {
			t.Errorf("it is said %d and %d times: %s", halts, ends, log.String())
		}
	})
}
