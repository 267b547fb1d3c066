package slack

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"mime"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/slack-go/slack"
)

// maxBody bounds a payload: a form of twenty full fields comes back with its
// whole view.
const maxBody = 2 << 20

// Path is where HTTP requests of every kind go.
const Path = "/slack"

// Listen opens the address for HTTP, so that what can fail does so early. In
// Socket Mode there is nothing to open.
func (a *Adapter) Listen() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.o.Mode != HTTP || a.listener != nil {
		return nil
	}
	l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", a.o.Listen)
	if err != nil {
		return errors.New("slack: the address cannot be listened on")
	}
	a.listener = l
	return nil
}

// Addr is the address that Listen opened, or "".
func (a *Adapter) Addr() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.listener == nil {
		return ""
	}
	return a.listener.Addr().String()
}

// Close closes what Listen opened, for an adapter that never serves.
func (a *Adapter) Close() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.listener == nil {
		return nil
	}
	return a.listener.Close()
}

// serveHTTP takes requests until ctx ends. TLS is somebody else's, in front.
func (a *Adapter) serveHTTP(ctx, work context.Context) error {
	s := &http.Server{
		Handler: a.handler(work), ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError),
		ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 30 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 16 << 10,
	}
	a.mu.Lock()
	l := a.listener
	a.mu.Unlock()
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(l) }()
	select {
	case <-ctx.Done():
		stop, cancel := context.WithTimeout(work, drainTime)
		defer cancel()
		return errors.Join(s.Shutdown(stop))
	case err := <-ended:
		if errors.Is(err, http.ErrServerClosed) {
			return nil
		}
		return errors.New("slack: the address takes no more connections")
	}
}

// handler is the way in for whoever can reach the address. Nothing is read of a
// request that Slack did not sign, and nothing of a refusal says why.
func (a *Adapter) handler(work context.Context) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		kind, payload, status := a.verified(w, r)
		if status != http.StatusOK {
			a.o.Log.LogAttrs(r.Context(), slog.LevelWarn, logRefused, slog.String("platform", via))
			w.WriteHeader(status)
			return
		}
		switch kind {
		case kindHello:
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			_, _ = w.Write(payload) //nolint:gosec // G705: Slack signed it, and text/plain is not run
			return
		case kindAgain:
			reply(w, nil)
			return
		}
		answers := make(chan any, 1)
		a.begin(work, kind, payload, func(body any) { answers <- body })
		select {
		case body := <-answers:
			reply(w, body)
		case <-r.Context().Done():
		}
	})
}

// Kinds of requests that are no payloads: Slack's test of the address, and its
// redelivery of what was taken.
const (
	kindHello = "url_verification"
	kindAgain = "again"
)

func reply(w http.ResponseWriter, body any) {
	if body == nil {
		w.WriteHeader(http.StatusOK)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(w).Encode(body)
}

// verified reads a request, and gives what is in it if Slack signed it, now, and
// for the first time.
func (a *Adapter) verified(w http.ResponseWriter, r *http.Request) (kind string, payload []byte, status int) {
	switch {
	case r.URL.Path != Path:
		return "", nil, http.StatusNotFound
	case r.Method != http.MethodPost:
		return "", nil, http.StatusMethodNotAllowed
	case r.URL.RawQuery != "": // not signed
		return "", nil, http.StatusBadRequest
	}
	check, err := slack.NewSecretsVerifier(r.Header, a.o.SigningSecret.reveal())
	if err != nil {
		return "", nil, http.StatusUnauthorized
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return "", nil, http.StatusRequestEntityTooLarge
	}
	_, _ = check.Write(body)
	if check.Ensure() != nil {
		return "", nil, http.StatusUnauthorized
	}
	if !a.seen.add("signature", r.Header.Get("X-Slack-Signature")) {
		return a.replayed(r)
	}
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return "", nil, http.StatusUnsupportedMediaType
	}
	if kind, payload = sort(media, body); kind == "" {
		return "", nil, http.StatusBadRequest
	}
	return kind, payload, http.StatusOK
}

// replayed answers what came before, to the last byte. Slack sends an event again
// at once if it lost our answer, maybe within the second that the signature
// counts: it hears that it was taken. Nothing is done and nothing said either
// way, so that whoever sets that header by himself has won nothing.
func (*Adapter) replayed(r *http.Request) (kind string, payload []byte, status int) {
	if r.Header.Get("X-Slack-Retry-Num") != "" {
		return kindAgain, nil, http.StatusOK
	}
	return "", nil, http.StatusConflict
}

// sort tells the kinds of requests apart, and gives each the form in which it
// comes over Socket Mode.
func sort(media string, body []byte) (kind string, payload []byte) {
	if media == "application/json" {
		var e struct {
			Type      string `json:"type"`
			Challenge string `json:"challenge"`
		}
		switch {
		case json.Unmarshal(body, &e) != nil:
			return "", nil
		case e.Type == kindHello:
			return kindHello, []byte(e.Challenge)
		case e.Type == "event_callback":
			return kindEvent, body
		}
		return "", nil
	}
	values, err := url.ParseQuery(string(body))
	switch {
	case media != "application/x-www-form-urlencoded" || err != nil:
		return "", nil
	case len(values["payload"]) == 1:
		return kindAction, []byte(values.Get("payload"))
	case len(values["command"]) == 1:
		flat := map[string]string{}
		for key := range values {
			flat[key] = values.Get(key)
		}
		payload, err = json.Marshal(flat)
		if err != nil {
			return "", nil
		}
		return kindCommand, payload
	}
	return "", nil
}

// isForm tells a form that was sent without decoding it twice.
func isForm(payload []byte) bool { return bytes.Contains(payload, []byte(`"view_submission"`)) }

// odd notes a payload that could not be read. It may be Slack's news, or
// somebody's play; either way nothing of it is written down.
func (a *Adapter) odd(ctx context.Context) {
	a.o.Log.LogAttrs(ctx, slog.LevelWarn, logOdd, slog.String("platform", via))
}
