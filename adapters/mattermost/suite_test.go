package mattermost_test

import (
	"flag"
	"os"
	"runtime"
	"strconv"
	"testing"
	"time"

	"ombra/bot/bottest"
)

// settled is how long nothing must happen for an answer to be complete.
const settled = 15 * time.Millisecond

// TestMain lets more run at once than there are processors: here, most wait.
func TestMain(m *testing.M) {
	flag.Parse()
	if f := flag.Lookup("test.parallel"); f.Value.String() == strconv.Itoa(runtime.GOMAXPROCS(0)) {
		_ = f.Value.Set(strconv.Itoa(3 * runtime.GOMAXPROCS(0)))
	}
	os.Exit(m.Run())
}

func TestSuite(t *testing.T) {
	t.Parallel()
	bottest.Run(t, open)
}
