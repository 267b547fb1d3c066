package main

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

const units = "../../docs/systemd"

// TestUnitsAreClosedOff: what keeps what people type out of swap, core files and
// other processes stands in the unit.
func TestUnitsAreClosedOff(t *testing.T) {
	for _, name := range []string{"ombra.service", "ombra-backup.service"} {
		text, err := os.ReadFile(filepath.Join(units, name))
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(string(text), "\n")
		for _, want := range []string{
			"UMask=0077", "LimitCORE=0", "MemorySwapMax=0", "NoNewPrivileges=yes", "ProtectSystem=strict", "ProtectHome=yes",
			"PrivateTmp=yes", "CapabilityBoundingSet=", "SystemCallFilter=@system-service", "User=ombra",
		} {
			if !slices.Contains(lines, want) {
				t.Errorf("%s has no %s", name, want)
			}
		}
	}
}

// TestUnitsParse where systemd is there to say so, and leave little open.
func TestUnitsParse(t *testing.T) {
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("needs systemd-analyze")
	}
	dir := t.TempDir()
	var files []string
	for _, name := range []string{"ombra.service", "ombra-backup.service", "ombra-backup.timer"} {
		text, err := os.ReadFile(filepath.Join(units, name))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, filepath.Join(dir, name))
		there := strings.ReplaceAll(string(text), "/usr/local/bin/ombra", "/bin/true") // it looks whether the program is there
		if err := os.WriteFile(filepath.Join(dir, name), []byte(there), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if out, err := exec.CommandContext(t.Context(), analyze, append([]string{"verify", "--man=no"}, files...)...).CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("%v\n%s", err, out)
	}
	for _, name := range files[:2] {
		out, err := exec.CommandContext(t.Context(), analyze, "security", "--offline=true", "--no-pager", "--threshold=20", name).CombinedOutput()
		if err != nil {
			t.Errorf("%s leaves too much open: %v\n%s", filepath.Base(name), err, out)
		}
	}
}

// TestContainerfile: not root, nothing but the program, in two stages, and from
// images that name no host.
func TestContainerfile(t *testing.T) {
	text, err := os.ReadFile("../../docs/container/Containerfile")
	if err != nil {
		t.Fatal(err)
	}
	from := regexp.MustCompile(`(?m)^FROM (\S+)`).FindAllStringSubmatch(string(text), -1)
	if len(from) != 2 || strings.ContainsAny(from[0][1], "./") && !strings.HasPrefix(from[0][1], "golang:1.") || from[1][1] != "scratch" {
		t.Errorf("the stages are %v", from)
	}
	for _, want := range []string{"\nUSER 65532:65532\n", "CGO_ENABLED=1", "-extldflags -static", "GOTRACEBACK=none", "STOPSIGNAL SIGTERM"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("no %q", want)
		}
	}
}

// TestContainerBuild runs the build line of the Containerfile, and the program
// that comes out, without a library.
func TestContainerBuild(t *testing.T) {
	if os.Getenv("OMBRA_LONG") == "" {
		t.Skip("takes a minute; set OMBRA_LONG")
	}
	text, err := os.ReadFile("../../docs/container/Containerfile")
	if err != nil {
		t.Fatal(err)
	}
	line := regexp.MustCompile(`(?ms)^RUN (CGO_ENABLED=1 go build .*?)-o /out/ombra \./cmd/ombra$`).FindStringSubmatch(string(text))
	if line == nil {
		t.Fatal("no build line")
	}
	to := filepath.Join(t.TempDir(), "ombra")
	cmd := exec.CommandContext(t.Context(), "sh", "-c", line[1]+"-o "+to+" ./cmd/ombra")
	cmd.Dir = "../.."
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if out, err := exec.CommandContext(t.Context(), "ldd", to).CombinedOutput(); err == nil {
		t.Errorf("it needs\n%s", out)
	}
	dir := filepath.Join(t.TempDir(), "office")
	init := exec.CommandContext(t.Context(), to, "init", "--test", "--yes", "--origin", "x.example.org", "--name", "X", "--time-zone", "Europe/Vienna", "--profile", "grm", dir)
	init.Env = []string{"PATH=/nonexistent"}
	if out, err := init.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestTellManager(t *testing.T) {
	name := filepath.Join(t.TempDir(), "n")
	l, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: name, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	t.Setenv("NOTIFY_SOCKET", name)
	if err := tellManager(t.Context()); err != nil {
		t.Fatal(err)
	}
	b := make([]byte, 32)
	if err := l.SetReadDeadline(time.Now().Add(5 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if n, err := l.Read(b); err != nil || string(b[:n]) != "READY=1" {
		t.Errorf("%q, %v", b[:n], err)
	}
	t.Setenv("NOTIFY_SOCKET", name+"-gone")
	if tellManager(t.Context()) == nil {
		t.Error("nobody was there to hear it")
	}
	t.Setenv("NOTIFY_SOCKET", "")
	if err := tellManager(t.Context()); err != nil {
		t.Error(err)
	}
}
