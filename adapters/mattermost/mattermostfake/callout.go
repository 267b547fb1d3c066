package mattermostfake

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
)

// A Callout is a call that the server made to an integration.
type Callout struct {
	URL    string
	Header http.Header
	Body   []byte
	Status int // of the answer; zero: none came
	Answer []byte
	Took   time.Duration
}

func itoa(n int) string { return strconv.Itoa(n) }

// Callouts are the calls made so far: what a test forges it makes from these.
func (s *Server) Callouts() []Callout {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.callouts)
}

// largestAnswer is how much of an answer is read.
const largestAnswer = 1 << 20

// callOut posts to an integration, twice in some weathers. The caller does not
// hold mu.
func (s *Server) callOut(to, contentType, auth string, body []byte) (status int, answer []byte, kind string, err error) {
	s.mu.Lock()
	times, slow := 1, s.weather.Slow
	if s.weather.twice() {
		times = 2
	}
	s.mu.Unlock()
	if slow > 0 {
		<-time.After(slow)
	}
	for range times {
		status, answer, kind, err = s.callOnce(to, contentType, auth, body)
	}
	return status, answer, kind, err
}

func (s *Server) callOnce(to, contentType, auth string, body []byte) (int, []byte, string, error) {
	if !s.reachable(to) {
		return 0, nil, "", fmt.Errorf("address forbidden, you may need to set AllowedUntrustedInternalConnections to allow an integration access to your internal network")
	}
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, to, bytes.NewReader(body))
	if err != nil {
		return 0, nil, "", err
	}
	req.Header.Set("Content-Type", contentType)
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "Mattermost-"+s.o.Version)
	if auth != "" {
		req.Header.Set("Authorization", auth)
	}
	s.enter(1)
	defer s.enter(-1)
	made := Callout{URL: to, Header: req.Header.Clone(), Body: body}
	start := time.Now()
	resp, err := s.o.Client.Do(req)
	if err == nil {
		defer func() { _ = resp.Body.Close() }()
		made.Status = resp.StatusCode
		made.Answer, err = io.ReadAll(io.LimitReader(resp.Body, largestAnswer))
	}
	made.Took = time.Since(start)
	s.mu.Lock()
	s.callouts = append(s.callouts, made)
	s.mu.Unlock()
	if err != nil {
		return 0, nil, "", err
	}
	return made.Status, made.Answer, resp.Header.Get("Content-Type"), nil
}

// reachable: private addresses must be allowed by name.
func (s *Server) reachable(to string) bool {
	u, err := url.Parse(to)
	if err != nil || u.Host == "" {
		return false
	}
	host := u.Hostname()
	ip := net.ParseIP(host)
	if host != "localhost" && (ip == nil || !ip.IsLoopback() && !ip.IsPrivate() && !ip.IsLinkLocalUnicast()) {
		return true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	section, _ := s.config["ServiceSettings"].(map[string]any)
	allowed, _ := section["AllowedUntrustedInternalConnections"].(string)
	for _, a := range strings.FieldsFunc(allowed, func(r rune) bool { return r == ' ' || r == ',' }) {
		if _, network, err := net.ParseCIDR(a); a == host || err == nil && ip != nil && network.Contains(ip) {
			return true
		}
	}
	return false
}

// trigger makes a trigger id: for clients the short one, for integrations the
// signed one. It opens dialogs for one user, any number of them, while it lives.
func (s *Server) trigger(userID string) (short, signed string) {
	short = model.NewId()
	data := short + ":" + userID + ":" + strconv.FormatInt(s.now(), 10) + ":"
	return short, base64.StdEncoding.EncodeToString([]byte(data + s.sign(data)))
}

func (s *Server) sign(data string) string {
	h := hmac.New(sha256.New, s.secret)
	_, _ = io.WriteString(h, data)
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}

// redeem opens a trigger id.
func (s *Server) redeem(signed string) (short string, u *user, bad *failure) {
	b, err := base64.StdEncoding.DecodeString(signed)
	if err != nil {
		return "", nil, fail(http.StatusBadRequest, "interactive_message.decode_trigger_id.base64_decode_failed", "Failed to decode base64 for trigger ID for interactive dialog.")
	}
	parts := strings.Split(string(b), ":")
	if len(parts) != 4 {
		return "", nil, fail(http.StatusBadRequest, "interactive_message.decode_trigger_id.missing_data", "Trigger ID missing required data for interactive dialog.")
	}
	data := strings.Join(parts[:3], ":") + ":"
	made, _ := strconv.ParseInt(parts[2], 10, 64)
	u = s.users[parts[1]]
	switch {
	case time.Duration(s.now()-made)*time.Millisecond > s.o.TriggerLife || u != nil && u.bareNow:
		return "", nil, fail(http.StatusBadRequest, "interactive_message.decode_trigger_id.expired",
			"Trigger ID for interactive dialog is expired. Trigger IDs live for a maximum of "+itoa(int(s.o.TriggerLife/time.Second))+" seconds.")
	case !hmac.Equal([]byte(s.sign(data)), []byte(parts[3])) || u == nil:
		return "", nil, fail(http.StatusBadRequest, "interactive_message.decode_trigger_id.verify_signature_failed", "Signature verification failed of trigger ID for interactive dialog.")
	}
	return parts[0], u, nil
}
