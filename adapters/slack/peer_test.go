package slack_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/google/go-cmp/cmp"
	_ "github.com/mattn/go-sqlite3"

	"ombra/adapters/slack"
	"ombra/adapters/slack/slackfake"
	"ombra/bot/bottest"
)

// The peer is what Ombra is measured beside: an app in Slack's own framework that
// seals and stores the same, in testdata/peer.

// peerHome finds the app with its libraries, or installs them where long tests are
// asked for. Else it says why it is not there.
func peerHome(tb testing.TB) (home, why string) {
	tb.Helper()
	if _, err := exec.LookPath("node"); err != nil {
		return "", "there is no node"
	}
	home = "testdata/peer"
	if _, err := os.Stat(filepath.Join(home, "node_modules/@slack/bolt")); err == nil {
		return home, ""
	}
	if os.Getenv("OMBRA_LONG") != "1" {
		return "", "its libraries are not installed; OMBRA_LONG=1 fetches them from npm"
	}
	dir := tb.TempDir()
	must(tb, os.CopyFS(dir, os.DirFS(home)))
	ctx, stop := context.WithTimeout(tb.Context(), 3*time.Minute)
	defer stop()
	npm := exec.CommandContext(ctx, "npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error")
	npm.Dir = dir
	if out, err := npm.CombinedOutput(); err != nil {
		tb.Fatalf("npm cannot install the peer: %v\n%s", err, out)
	}
	return dir, ""
}

// peerPatience is how long the fake Slack waits for the peer in the benchmark, and
// its triggers live: far beyond Slack's three seconds, which it does not keep with
// so many people at once.
const peerPatience = 30 * time.Second

// A twin is the peer with what it was given.
type twin struct {
	home, data string
	views      []byte
	screens    map[string]bottest.Screen // what Ombra shows
	keys       map[string]*age.HybridIdentity
}

// newTwin has somebody file with Ombra, for the peer to show the same.
func newTwin(tb testing.TB, home, why string) *twin {
	tb.Helper()
	if why != "" {
		tb.Skipf("\n*** OMBRA IS NOT COMPARED WITH AN APP IN BOLT IN THIS RUN: %s. ***", why)
	}
	w := &twin{home: home, data: tb.TempDir(), screens: map[string]bottest.Screen{}, keys: map[string]*age.HybridIdentity{}}
	for _, name := range names {
		key, err := age.GenerateHybridIdentity()
		must(tb, err)
		w.keys[name] = key
	}
	p := open(tb, setup{adapter: func(o *slack.Options) { o.Attachments = slack.SealedOnly }})
	who := p.Server.Person("model")
	views := map[string]object{}
	see := func(name string) {
		v := maps.Clone(who.View())
		maps.DeleteFunc(v, func(key string, value any) bool {
			return value == nil || !slices.Contains([]string{"type", "title", "submit", "close", "blocks"}, key)
		})
		v["callback_id"], views[name], w.screens[name] = name, v, who.Sees()
	}
	must(tb, who.Pick("report"))
	see("gate")
	row := views["gate"]["blocks"].([]any)[1].(object)
	row["elements"].([]any)[0].(object)["action_id"] = "go-on"
	must(tb, who.Press(words.Get("gate.go-on")))
	see("form")
	must(tb, who.Send(good))
	see("receipt")
	r, err := bottest.ReceiptOn(who.Sees())
	must(tb, err)
	text, err := json.Marshal(views)
	must(tb, err)
	w.views = bytes.ReplaceAll(text, []byte(r), []byte("RECEIPT"))
	return w
}

// command runs the peer.
func (w *twin) command(ctx context.Context) *exec.Cmd {
	roster := map[string]string{}
	for name, key := range w.keys {
		roster[name] = key.Recipient().String()
	}
	text, _ := json.Marshal(roster) // texts
	c := exec.CommandContext(ctx, "node", "app.js")
	c.Dir = w.home
	c.Env = append(os.Environ(), "DATA="+w.data, "VIEWS="+string(w.views), "ROSTER="+string(text), fmt.Sprintf("PATIENCE_MS=%d", peerPatience.Milliseconds()))
	return c
}

// TestPeer: the peer does the job that it is compared in. What Ombra shows it
// shows; what was filed opens with the key of whoever was drawn and with no other;
// the same submission twice is stored once, and a changed one is added.
func TestPeer(t *testing.T) {
	home, why := peerHome(t)
	for _, mode := range both {
		t.Run(mode, func(t *testing.T) {
			w := newTwin(t, home, why)
			fake := crowded(t, mode, false, 0)
			app := start(t, fake, mode, "peer", w)
			r := w.files(t, fake)
			must(t, fake.Person("other").Pick("report"), fake.Person("other").Press(words.Get("gate.go-on")))
			must(t, fake.Person("other").Send(url.Values{"q.what": {"Else."}, "q.concerned": {"x"}, "q.category": {"other"}, "exclude": {"anna"}}))
			own := app.end(t)
			if own["own-receipt-p50-ms"] <= 0 || own["own-modal-p50-ms"] <= 0 {
				t.Errorf("it measured %v", own)
			}
			w.stored(t, r)
		})
	}
}

// files files a report, sends the same again, and then a changed one from the form
// that is still open.
func (w *twin) files(t *testing.T, fake *slackfake.Server) (receipt string) {
	t.Helper()
	p := fake.Person("filer")
	same := func(name string) {
		t.Helper()
		s := p.Sees()
		if name == "receipt" {
			was, err := bottest.ReceiptOn(w.screens[name])
			must(t, err)
			s.Text = strings.Replace(s.Text, receipt, was, 1)
		}
		if diff := cmp.Diff(w.screens[name], s); diff != "" {
			t.Errorf("the %s is another (-Ombra +peer)\n%s", name, diff)
		}
	}
	must(t, p.Pick("report"))
	same("gate")
	must(t, p.Press(words.Get("gate.go-on")))
	same("form")
	fake.DropAcks(2) // the form stays open: nobody hears that it is stored
	for range 2 {
		if err := p.Send(good); !errors.Is(err, slackfake.ErrNoAnswer) {
			t.Fatal(err)
		}
	}
	changed := maps.Clone(good)
	changed["q.concerned"] = []string{"The whole cell"}
	must(t, p.Send(changed))
	receipt, err := bottest.ReceiptOn(p.Sees())
	must(t, err)
	same("receipt")
	must(t, p.Send(url.Values{"group": {"ZZZZ"}}))
	if p.Sees().Problems["group"] == "" {
		t.Error("a wrong group is taken")
	}
	must(t, p.Send(url.Values{"group": {strings.Split(receipt, "-")[1]}}))
	return receipt
}

// stored: one case with two papers for the filer, one for the other, and nothing
// to be read beside them.
func (w *twin) stored(t *testing.T, receipt string) {
	t.Helper()
	db, err := sql.Open("sqlite3", filepath.Join(w.data, "peer.db"))
	must(t, err)
	defer func() { _ = db.Close() }()
	rows, err := db.QueryContext(t.Context(), `SELECT papers.sealed, (SELECT group_concat(name || live ORDER BY live DESC) FROM holders WHERE "case" = cases.id)
		FROM papers JOIN cases ON cases.id = papers."case" ORDER BY papers.id`)
	must(t, err)
	defer func() { _ = rows.Close() }()
	wants := []string{"Who is concerned?\nThe cell\n", "Who is concerned?\nThe whole cell\n", "Else."}
	for i := 0; rows.Next(); i++ {
		var sealed []byte
		var holders string
		must(t, rows.Scan(&sealed, &holders))
		if i >= len(wants) {
			t.Fatal("something is stored twice")
		}
		for name, key := range w.keys {
			text, err := opened(sealed, key)
			if drawn := strings.Contains(holders, name); drawn != (err == nil) || drawn && !strings.Contains(text, wants[i]) {
				t.Errorf("paper %d of %s opens for %s: %v, %.200s", i, holders, name, err, text)
			}
		}
		if live := strings.Count(holders, "1"); live != 2 {
			t.Errorf("paper %d is live for %d", i, live)
		}
	}
	must(t, rows.Err())
	counted := map[string]int{}
	for _, table := range []string{"cases", "papers", "holders", "outbox"} {
		var n int
		must(t, db.QueryRowContext(t.Context(), "SELECT count(*) FROM "+table).Scan(&n))
		counted[table] = n
	}
	if counted["outbox"] < 2 || counted["outbox"] > 3 {
		t.Errorf("%d are told", counted["outbox"])
	}
	delete(counted, "outbox")
	if diff := cmp.Diff(map[string]int{"cases": 2, "papers": 3, "holders": 5}, counted); diff != "" {
		t.Errorf("rows (-want +got)\n%s", diff)
	}
	file, err := os.ReadFile(filepath.Join(w.data, "peer.db"))
	must(t, err)
	for _, secret := range []string{receipt, "The tool hit a clinic", "filer"} {
		if bytes.Contains(file, []byte(secret)) {
			t.Errorf("%q is in the file", secret)
		}
	}
}

func opened(sealed []byte, key *age.HybridIdentity) (string, error) {
	r, err := age.Decrypt(bytes.NewReader(sealed), key)
	if err != nil {
		return "", err
	}
	text, err := io.ReadAll(r)
	return string(text), err
}
