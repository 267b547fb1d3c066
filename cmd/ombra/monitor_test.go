package main

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"ombra/config"
)

// watched serves an office with a monitor on a unix socket.
func (d *drill) watched(m config.Monitor, f func(get func(path string) (int, string), socket string)) {
	d.Helper()
	cfg, err := config.Load(d.file)
	if err != nil {
		d.Fatal(err)
	}
	cfg.Office.Data, cfg.Backup.Folder, cfg.Monitor = "data", "backups", m
	if cfg.Backup.Leaves != "" {
		cfg.Backup.Leaves = "leaves"
	}
	if err := os.WriteFile(d.file, []byte(config.Example(*cfg)), 0o600); err != nil {
		d.Fatal(err)
	}
	client := &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", filepath.Join(d.top, m.Listen))
		},
	}}
	defer client.CloseIdleConnections()
	d.served(d.file, func(socket string) {
		f(func(path string) (int, string) {
			d.Helper()
			req, err := http.NewRequestWithContext(d.Context(), http.MethodGet, "http://ombra"+path, nil)
			if err != nil {
				d.Fatal(err)
			}
			resp, err := client.Do(req)
			if err != nil {
				d.Fatal(err)
			}
			defer resp.Body.Close()
			text, err := io.ReadAll(resp.Body)
			if err != nil {
				d.Fatal(err)
			}
			return resp.StatusCode, string(text)
		}, socket)
	})
}

// TestAttackMetricsDateAFiling: somebody reads the metrics all day, to see when a
// colleague files. They are the same bytes before and after.
func TestAttackMetricsDateAFiling(t *testing.T) {
	d := mustDrill(t, true)
	d.watched(config.Monitor{Listen: "run/monitor.sock", Metrics: true}, func(get func(string) (int, string), socket string) {
		if !eventually(func() bool {
			_, text := get("/metrics")
			return strings.Contains(text, "last_leaves") || strings.Contains(text, "last_checkpoint")
		}) {
			t.Fatal("the first checkpoint never came")
		}
		d.must("log", "checkpoint", "-c", d.file) // the leaves go with it
		d.must("backup", "-c", d.file)
		code, before := get("/metrics")
		for _, who := range []string{"dora", "emil", "fritz"} {
			d.opens(socket, d.files(socket, who, who == "emil"))
		}
		_, after := get("/metrics")
		if code != http.StatusOK || before != after {
			t.Errorf("before:\n%s\nafter:\n%s", before, after)
		}
		for _, want := range []string{
			"\nombra_up 1\n", "\nombra_intake_open 1\n", "\nombra_notices_stuck 0\n", "\nombra_jobs_failing 0\n", "\nombra_schema ",
			"\nombra_disk_room 2\n", "\nombra_last_checkpoint_timestamp_seconds 1795388400\n",
			"\nombra_last_backup_timestamp_seconds 1795388400\n", "\nombra_last_leaves_timestamp_seconds 1795388400\n",
		} {
			if !strings.Contains(after, want) {
				t.Errorf("no %q in\n%s", want, after)
			}
		}
		format := regexp.MustCompile(`^(# HELP ombra_[a-z_]+ [^\n]+\n# TYPE ombra_[a-z_]+ gauge\nombra_[a-z_]+ \d+\n)+$`)
		if !format.MatchString(after) || strings.Count(after, "# TYPE") != 9 {
			t.Errorf("the format or the number of figures:\n%s", after)
		}
		for path, want := range map[string]int{"/healthz": 200, "/readyz": 200, "/": 404, "/debug/pprof/": 404} {
			if code, _ := get(path); code != want {
				t.Errorf("%s: %d, want %d", path, code, want)
			}
		}
	})
}

// TestMonitorIsOff unless it is asked for, and metrics for themselves.
func TestMonitorIsOff(t *testing.T) {
	s, _, stop, _ := mustServer(t)
	defer stop()
	if s.monitor != nil {
		t.Error("it listens")
	}
	if err := s.close(); err != nil {
		t.Error(err)
	}
	d := mustDrill(t, false)
	d.watched(config.Monitor{Listen: "run/monitor.sock"}, func(get func(string) (int, string), _ string) {
		if code, _ := get("/metrics"); code != http.StatusNotFound {
			t.Errorf("metrics: %d", code)
		}
		if code, text := get("/healthz"); code != http.StatusOK || text != "alive\n" {
			t.Errorf("health: %d %q", code, text)
		}
	})
}

// TestNotReady: a database that does not answer.
func TestNotReady(t *testing.T) {
	s, _, stop, _ := mustServer(t)
	defer stop()
	if err := s.close(); err != nil {
		t.Fatal(err)
	}
	m := &monitor{server: s}
	for path, h := range map[string]http.HandlerFunc{"/readyz": m.ready, "/metrics": m.metrics} {
		w := httptest.NewRecorder()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
		if err != nil {
			t.Fatal(err)
		}
		h(w, req)
		if w.Code != http.StatusServiceUnavailable {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}
