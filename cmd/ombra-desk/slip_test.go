package main

import (
	"bytes"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"ombra/crypto/receipt"
)

// TestSlipCode: a reader of such codes reads the receipt off the page, where
// there is one to ask.
func TestSlipCode(t *testing.T) {
	rc := receipt.FromSecret("ombud.example.org", [16]byte{1, 2, 3})
	page, err := slipOf(rc, "2026-11-23")
	if err != nil {
		t.Fatal(err)
	}
	svg := regexp.MustCompile(`(?s)<svg.*</svg>`).Find(page)
	if n := strings.Count(string(page), rc.Symbols()); n != 1 || len(svg) < 2000 {
		t.Fatalf("the receipt stands %d times on the page, and its code has %d bytes", n, len(svg))
	}
	for _, tool := range []string{"rsvg-convert", "zbarimg"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not installed: nothing reads the code", tool)
		}
	}
	svg = bytes.Replace(svg, []byte("<svg "), []byte(`<svg xmlns="http://www.w3.org/2000/svg" width="400" height="400" `), 1)
	draw := exec.CommandContext(t.Context(), "rsvg-convert", "-o", t.TempDir()+"/code.png")
	draw.Stdin = bytes.NewReader(svg)
	if out, err := draw.CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	got, err := exec.CommandContext(t.Context(), "zbarimg", "-q", "--raw", draw.Args[2]).Output()
	if err != nil || strings.TrimSpace(string(got)) != rc.Symbols() {
		t.Errorf("the code says %q (%v)", got, err)
	}
}
