package slack_test

import (
	"flag"
	"os"
	"testing"
)

// TestMain lets more tests run at once than there are processors: the people in
// them look and wait most of the time.
func TestMain(m *testing.M) {
	flag.Parse()
	chosen := false
	flag.Visit(func(f *flag.Flag) { chosen = chosen || f.Name == "test.parallel" })
	if !chosen {
		_ = flag.Set("test.parallel", "30")
	}
	os.Exit(m.Run())
}
