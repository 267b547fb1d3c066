package mattermost_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ombra/adapters/mattermost"
	"ombra/adapters/mattermost/mattermostfake"
	"ombra/bot"
	"ombra/bot/bottest"
)

// TestLostAnswer: a post that the server took, and whose answer was lost, is not
// posted again.
func TestLostAnswer(t *testing.T) {
	t.Parallel()
	r := newRoom(t, mattermostfake.Options{}, bottest.Settings{})
	p := r.fake.Seat("staff")
	before := len(p.Direct())
	for i, f := range []mattermostfake.Fault{
		{Status: http.StatusInternalServerError}, {Status: http.StatusBadGateway}, {Cut: true}, {Status: http.StatusTooManyRequests},
	} {
		f.On, f.Done, f.Times = "POST /api/v4/posts", true, 2
		r.fake.Fail(f)
		if err := p.Say("I saw it."); err != nil {
			t.Fatal(err)
		}
		if n := len(p.Direct()); n != before+i+1 {
			t.Fatalf("%+v: %d answers to %d messages", f, n-before, i+1)
		}
	}
}

// TestLateAnswer: what takes longer than the server waits for is done all the same,
// and shown by other means. Nothing of it is in the body, which nobody reads then.
func TestLateAnswer(t *testing.T) {
	t.Parallel()
	r := newRoom(t, mattermostfake.Options{}, bottest.Settings{})
	staff := r.Seat("staff")
	p := r.fake.Seat("staff")
	for _, do := range []func() error{
		func() error { return staff.Pick("report") }, func() error { return staff.Press(words.Get("gate.go-on")) },
	} {
		if err := do(); err != nil {
			t.Fatal(err)
		}
	}
	d, _ := p.Dialog()
	values := map[string]any{"q.what": "It took long.", "q.concerned": "The cell", "q.category": "other", "danger": "no"}
	r.a.Patience(0)
	got, err := p.Submit(d.URL, d.Dialog.CallbackId, d.Dialog.State, values)
	if err != nil || got.Error != words.Get("mattermost.late") || len(got.Errors) > 0 {
		t.Fatalf("the body: %+v, %v", got, err)
	}
	_ = r.fake.Settle(settled)
	if err := errors.Join(p.Cancel(), p.Press(words.Get("receipt.again"))); err != nil {
		t.Fatalf("%v: %s", err, p.Sees().Text)
	}
	if _, err := bottest.ReceiptOn(p.Sees()); err != nil || !p.Sees().Private {
		t.Errorf("no receipt by the other way: %v: %s", err, p.Sees().Text)
	}
	// The same with a form that has to be mended, when there is no private way left.
	values["q.what"] = ""
	r.a.Forget(p.ID)
	if got, err = p.Submit(d.URL, d.Dialog.CallbackId, d.Dialog.State, values); err != nil || len(got.Errors) > 0 {
		t.Fatalf("the body: %+v, %v", got, err)
	}
	_ = r.fake.Settle(settled)
	last := p.Direct()[len(p.Direct())-1]
	if last.Has("It took long.") || last.Has("The cell") || len(last.Buttons) == 0 && !last.Has(words.Get("mattermost.answered")) {
		t.Errorf("it stands in a message: %s", last.Text)
	}
}

// TestPanicKeepsTheForm: when answering panics, the form stays open and says so; what
// the panic holds is nowhere.
func TestPanicKeepsTheForm(t *testing.T) {
	t.Parallel()
	r := newRoom(t, mattermostfake.Options{Client: fresh()}, bottest.Settings{})
	staff := r.Seat("staff")
	if err := errors.Join(staff.Pick("report"), staff.Press(words.Get("gate.go-on"))); err != nil {
		t.Fatal(err)
	}
	p := r.fake.Seat("staff")
	d, _ := p.Dialog()
	r.stop()
	a := r.reopen(t)
	r.serve(t, a, func(context.Context, bot.Event) bot.Step { panic("the words of somebody") })
	got, err := p.Submit(d.URL, d.Dialog.CallbackId, d.Dialog.State, map[string]any{"q.what": "the words of somebody"})
	if err != nil || got.Error != words.Get("mattermost.broken") {
		t.Errorf("%+v, %v", got, err)
	}
	if strings.Contains(r.logs.String(), "the words") || !strings.Contains(r.logs.String(), "panicked") {
		t.Errorf("the log:\n%s", r.logs)
	}
}

// TestAnswersWaitForTheStop: a bot that ends lets what it is answering end first.
func TestAnswersWaitForTheStop(t *testing.T) {
	begun, goOn := make(chan struct{}), make(chan struct{})
	r := newRoom(t, mattermostfake.Options{Client: fresh()}, bottest.Settings{})
	r.stop()
	_ = r.fake.Settle(settled)
	a := r.reopen(t)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		done <- a.Serve(ctx, func(context.Context, bot.Event) bot.Step {
			close(begun)
			<-goOn
			return bot.Step{Title: "Late", Text: "It was answered.", Kept: true}
		})
	}()
	p := r.fake.Seat("staff")
	picked := make(chan error, 1)
	go func() { picked <- p.Pick("help") }()
	<-begun
	cancel()
	select {
	case <-done:
		t.Error("it ended in the middle of an answer")
	case <-time.After(50 * time.Millisecond):
	}
	close(goOn)
	if err := <-picked; err != nil || !p.Sees().Has("It was answered.") {
		t.Errorf("%v: %s", err, p.Sees().Text)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// TestLanguage: the language that somebody chose in Mattermost is the event's, and it
// is asked for once. With one catalog nobody is asked.
func TestLanguage(t *testing.T) {
	t.Parallel()
	r := newRoom(t, mattermostfake.Options{Client: fresh()}, bottest.Settings{})
	r.stop()
	for langs, want := range map[int]string{1: "", 2: "de"} {
		a, err := mattermost.New(r.o)
		if err != nil {
			t.Fatal(err)
		}
		a.Speaks(langs)
		var mu sync.Mutex
		var seen []string
		p := r.fake.Seat("staff")
		r.fake.SetLocale(p.User, "de")
		if err := a.Listen(); err != nil {
			t.Fatal(err)
		}
		stop := r.serve(t, a, func(_ context.Context, ev bot.Event) bot.Step {
			mu.Lock()
			defer mu.Unlock()
			seen = append(seen, ev.Lang)
			return bot.Step{Title: "x", Text: "y", Kept: true}
		})
		asked := strings.Count(r.fake.Log(), "/api/v4/users/"+p.ID+`"`)
		for range 2 {
			if err := p.Pick("help"); err != nil {
				t.Error(err)
			}
		}
		stop()
		if !slices.Equal(seen, []string{want, want}) {
			t.Errorf("%d languages: %q", langs, seen)
		}
		if n := strings.Count(r.fake.Log(), "/api/v4/users/"+p.ID+`"`) - asked; n != langs-1 {
			t.Errorf("%d languages: asked %d times", langs, n)
		}
	}
}

// fresh calls on a new connection each time: who listens at an address changes.
func fresh() *http.Client { return &http.Client{Transport: &http.Transport{DisableKeepAlives: true}} }

// TestTLS: with a certificate the listener speaks TLS, 1.2 at least, and nothing else.
func TestTLS(t *testing.T) {
	t.Parallel()
	certFile, keyFile, pool := certificate(t)
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}}}
	r := newRoom(t, mattermostfake.Options{Client: client}, bottest.Settings{}, func(o *mattermost.Options) {
		o.CertFile, o.KeyFile = certFile, keyFile
	})
	r.stop()
	o := r.o
	o.Public = "https://" + o.Listen
	slash := r.fake.AddCommand(r.admin, "tls", mattermost.SlashURL(o.Public, o.Paths))
	o.Slash = mattermost.NewSecret(slash.Token)
	a, err := mattermost.New(o)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Listen(); err != nil {
		t.Fatal(err)
	}
	stop := r.serve(t, a, r.Office.Bot.Handle)
	p := r.fake.Seat("staff")
	if err := p.Say("/tls help"); err != nil || !p.Sees().Has(words.Get("help.title")) {
		t.Errorf("%v: %s", err, p.Sees().Text)
	}
	path, _, _ := a.Paths()
	if resp, err := http.Post("http://"+o.Listen+path, "text/plain", strings.NewReader("x")); err == nil {
		_ = resp.Body.Close()
		if resp.StatusCode == http.StatusOK {
			t.Error("plain HTTP is answered")
		}
	}
	old := &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}
	if c, err := tls.Dial("tcp", o.Listen, old); err == nil {
		_ = c.Close()
		t.Error("TLS 1.1 is spoken")
	}
	stop()
	o.KeyFile = certFile
	broken, err := mattermost.New(o)
	if err != nil {
		t.Fatal(err)
	}
	if err := broken.Listen(); err == nil || strings.Contains(err.Error(), certFile) {
		t.Errorf("a key that is none: %v", err)
	}
}

// certificate makes one for 127.0.0.1, and its key.
func certificate(t *testing.T) (certFile, keyFile string, pool *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	about := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "ombra"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, about, about, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	certFile, keyFile, pool = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem"), x509.NewCertPool()
	for path, block := range map[string]*pem.Block{certFile: {Type: "CERTIFICATE", Bytes: der}, keyFile: {Type: "PRIVATE KEY", Bytes: private}} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if !pool.AppendCertsFromPEM(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})) {
		t.Fatal("the certificate is none")
	}
	return certFile, keyFile, pool
}
