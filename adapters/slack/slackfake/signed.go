package slackfake

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"
)

// A Post is a request as it went to the app, for tests that replay or bend it.
type Post struct {
	Header http.Header
	Body   []byte
	Status int
}

// Posts are the signed requests so far, oldest first.
func (s *Server) Posts() []Post {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.posts)
}

// Sign is Slack's v0 signature of a body at a time.
func Sign(secret string, at time.Time, body []byte) string {
	m := hmac.New(sha256.New, []byte(secret))
	_, _ = fmt.Fprintf(m, "v0:%d:%s", at.Unix(), body)
	return "v0=" + hex.EncodeToString(m.Sum(nil))
}

// SetRequestURL sets where everything is posted to.
func (s *Server) SetRequestURL(to string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.o.RequestURL = to
}

// client follows nothing: Slack takes a redirect for a failure here.
var client = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

type answered struct {
	status int
	header http.Header
}

// sendSigned posts a payload and returns the answer's body.
func (s *Server) sendSigned(d *delivery, attempt int, reason string) ([]byte, string) {
	body, kind := encode(d.payload), "application/json"
	switch d.kind {
	case interactions:
		body, kind = []byte(url.Values{"payload": {string(body)}}.Encode()), "application/x-www-form-urlencoded"
	case commands:
		form := url.Values{}
		for k, v := range d.payload {
			form.Set(k, fmt.Sprint(v))
		}
		body, kind = []byte(form.Encode()), "application/x-www-form-urlencoded"
	}
	extra := http.Header{"Content-Type": {kind}}
	if attempt > 0 {
		extra.Set("X-Slack-Retry-Num", strconv.Itoa(attempt))
		extra.Set("X-Slack-Retry-Reason", reason)
	}
	s.mu.Lock()
	to := s.o.RequestURL
	s.mu.Unlock()
	if to == "" {
		to = d.url
	}
	res, out, err := s.postTo(to, body, extra)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return nil, "http_timeout"
	case err != nil:
		return nil, "connection_failed"
	case res.status/100 == 2:
		return out, ""
	case res.header.Get("X-Slack-No-Retry") == "1":
		return nil, "no_retry"
	}
	return nil, "http_error"
}

func (s *Server) postTo(to string, body []byte, extra http.Header) (*answered, []byte, error) {
	ctx, stop := context.WithTimeout(s.ctx, s.patience())
	defer stop()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader(body))
	if err != nil {
		return nil, nil, err
	}
	// Signed by the clock on the wall: only the workspace's moves when a test says
	// so, and an app refuses what is minutes away from its own.
	now := time.Now()
	req.Header = extra
	req.Header.Set("User-Agent", "Slackbot 1.0 (+https://api.slack.com/robots)")
	req.Header.Set("X-Slack-Request-Timestamp", strconv.FormatInt(now.Unix(), 10))
	req.Header.Set("X-Slack-Signature", Sign(s.secret, now, body))
	at := s.posted(req.Header, body)
	res, err := client.Do(req)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = res.Body.Close() }()
	out, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	s.mu.Lock()
	s.posts[at].Status = res.StatusCode
	s.mu.Unlock()
	return &answered{res.StatusCode, res.Header}, out, err
}

func (s *Server) posted(h http.Header, body []byte) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.posts = append(s.posts, Post{Header: h.Clone(), Body: body})
	return len(s.posts) - 1
}

// VerifyURL asks the app for the challenge, as Slack does before it takes a
// request URL.
func (s *Server) VerifyURL() error {
	challenge := letters(30)
	body := encode(obj{"token": s.verify, "challenge": challenge, "type": "url_verification"})
	s.mu.Lock()
	to := s.o.RequestURL
	s.mu.Unlock()
	res, out, err := s.postTo(to, body, http.Header{"Content-Type": {"application/json"}})
	if err != nil {
		return errors.New("the request URL does not answer")
	}
	var a struct{ Challenge string }
	if json.Unmarshal(out, &a) != nil {
		a.Challenge = string(bytes.TrimSpace(out))
	}
	if res.status != http.StatusOK || a.Challenge != challenge {
		return errors.New("the request URL does not repeat the challenge")
	}
	return nil
}
