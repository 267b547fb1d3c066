package mattermost

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
)

// A fault is a call that failed. It never wraps what the SDK says: that quotes
// URLs with user ids in them, and the server's own words.
type fault struct {
	doing  string
	status int // 0: no answer
	after  time.Duration
}

func (f *fault) Error() string {
	if f.status == 0 {
		return "mattermost: " + f.doing + ": no answer"
	}
	return "mattermost: " + f.doing + ": " + strconv.Itoa(f.status)
}

func faultOf(doing string, resp *model.Response, err error) error {
	f := &fault{doing: doing}
	var app *model.AppError
	switch {
	case errors.As(err, &app):
		f.status = app.StatusCode
	case resp != nil:
		f.status = resp.StatusCode
	}
	if resp != nil {
		f.after = retryAfter(resp.Header)
	}
	return f
}

// statusOf is the HTTP status behind an error, 0 if there was no answer.
func statusOf(err error) int {
	var f *fault
	if errors.As(err, &f) {
		return f.status
	}
	return 0
}

func retryAfter(h http.Header) time.Duration {
	for _, name := range []string{"Retry-After", "X-Ratelimit-Reset"} {
		if n, err := strconv.Atoi(h.Get(name)); err == nil && n >= 0 && n < 3600 {
			return time.Duration(n) * time.Second
		}
	}
	return 0
}

// client is the SDK's, with our transport beneath.
func client(url string, token Secret) *model.Client4 {
	c := model.NewAPIv4Client(url)
	c.HTTPClient = &http.Client{Transport: &patient{}, CheckRedirect: noRedirect}
	c.SetToken(token.Reveal())
	return c
}

// noRedirect: a redirect would carry the token to wherever it points.
func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// patient is a transport that tries again what the server was too busy for. What
// it repeats is harmless twice: posts carry an id of their own by which the server
// knows them again, a dialog's trigger is used up once.
type patient struct{}

const (
	tries     = 4
	firstWait = 150 * time.Millisecond
	longWait  = 5 * time.Second // longer than this nobody who asked is kept waiting
)

func (p *patient) RoundTrip(r *http.Request) (*http.Response, error) {
	wait := firstWait
	for n := 1; ; n++ {
		resp, err := base.RoundTrip(r)
		again := err != nil || resp.StatusCode == http.StatusTooManyRequests || resp.StatusCode >= 500
		if !again || n == tries || r.Body != nil && r.GetBody == nil {
			return resp, err
		}
		pause := wait
		if resp != nil {
			pause = max(pause, retryAfter(resp.Header))
			if pause > longWait {
				return resp, nil
			}
			_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 64<<10))
			_ = resp.Body.Close()
		}
		if !sleep(r.Context(), pause) {
			return nil, context.Cause(r.Context())
		}
		wait *= 2
		if r.GetBody != nil {
			r = r.Clone(r.Context())
			if r.Body, err = r.GetBody(); err != nil {
				return nil, errors.New("mattermost: the request cannot be repeated")
			}
		}
	}
}

// base has no proxy: an office's callbacks and its server are on one network, and
// an environment variable should not send a token elsewhere.
var base = &http.Transport{
	MaxIdleConns: 64, MaxIdleConnsPerHost: 64, IdleConnTimeout: 90 * time.Second, ForceAttemptHTTP2: true,
	TLSHandshakeTimeout: callTime, ResponseHeaderTimeout: 30 * time.Second,
}

func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
