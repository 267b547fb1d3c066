package bottest_test

import (
	"os"
	"testing"
)

// privateDir is a temporary folder that is closed to others, as a store demands.
func privateDir(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	return dir
}
