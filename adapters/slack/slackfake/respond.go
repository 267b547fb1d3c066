package slackfake

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"time"
)

// A hook is a response URL: five posts, for half an hour.
type hook struct {
	user, channel string
	message       *message // that held the button
	left          int
	until         time.Time
}

// hookFor makes a response URL. s.mu is held.
func (s *Server) hookFor(u *user, channel string, m *message) string {
	name := letters(24)
	h := &hook{user: u.id, channel: channel, message: m, left: 5, until: s.now().Add(30 * time.Minute)}
	if u.bare {
		h.left = 0
	}
	s.hooks[name] = h
	to := s.base + "/response/" + name
	s.name("response_url", to)
	return to
}

// A reply is what a response URL, and the answer to a slash command, may say.
type reply struct {
	Text    string `json:"text"`
	Blocks  []any  `json:"blocks"`
	Type    string `json:"response_type"`
	Replace bool   `json:"replace_original"`
	Delete  bool   `json:"delete_original"`
	Thread  string `json:"thread_ts"`
}

// readReply reads the answer to a slash command: JSON, or plain text. Without
// either there is nothing to show.
func readReply(ack []byte) (reply, bool) {
	var in reply
	ack = bytes.TrimSpace(ack)
	if len(ack) == 0 || string(ack) == "null" {
		return in, false
	}
	if json.Unmarshal(ack, &in) != nil {
		in = reply{Text: string(ack)}
	}
	return in, in.Text != "" || len(in.Blocks) > 0
}

func (s *Server) serveResponse(w http.ResponseWriter, r *http.Request) {
	s.begin()
	defer s.end()
	if s.fail("response_url", w, r) {
		return
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	s.mu.Lock()
	defer s.mu.Unlock()
	status, code := s.hooked(r.PathValue("hook"), body, err)
	s.calls = append(s.calls, Call{Method: "response_url", Error: code, At: s.now()})
	switch {
	case s.lost("response_url"):
		cut(w)
	case code != "":
		answer(w, status, obj{"ok": false, "error": code})
	default:
		_, _ = io.WriteString(w, "ok")
	}
}

func (s *Server) hooked(name string, body []byte, err error) (int, string) {
	h := s.hooks[name]
	var in reply
	switch {
	case h == nil:
		return http.StatusNotFound, "invalid_url"
	case s.now().After(h.until):
		return http.StatusNotFound, "expired_url"
	case h.left == 0:
		return http.StatusNotFound, "used_url"
	case err != nil || json.Unmarshal(body, &in) != nil:
		return http.StatusBadRequest, "invalid_payload"
	}
	if code := s.say(s.users[h.user], h.channel, h.message, in); code != "" {
		return http.StatusBadRequest, code
	}
	h.left--
	return http.StatusOK, ""
}

// say shows a reply to somebody in a channel. s.mu is held.
func (s *Server) say(u *user, channel string, origin *message, in reply) string {
	k := &checker{surface: "message"}
	k.blocks("/blocks", in.Blocks, 50)
	identify(in.Blocks)
	ch := s.channels[channel]
	switch {
	case len(k.wrong) > 0:
		return "invalid_blocks"
	case in.Delete && origin != nil:
		s.drop(u, ch, origin)
		return ""
	case in.Text == "" && len(in.Blocks) == 0:
		return "no_text"
	case in.Replace && origin != nil && origin.ephemeral != "":
		origin.text, origin.blocks = in.Text, in.Blocks
		s.seq++
		origin.seq = s.seq
		s.show(u, "")
	case in.Replace && origin != nil:
		s.change(ch, origin, in.Text, in.Blocks)
	case in.Type == "in_channel":
		m := &message{text: in.Text, blocks: in.Blocks, user: s.bot, app: true}
		if ch.user != "" {
			s.post(ch, m)
			return ""
		}
		m.ts, m.channel, m.seq = s.ts(), ch.id, s.seq
		ch.messages = append(ch.messages, m)
		s.show(u, ch.id)
	default:
		s.whisper(u, channel, &message{text: in.Text, blocks: in.Blocks, user: s.bot, app: true})
	}
	return ""
}

// drop takes an original away. s.mu is held.
func (s *Server) drop(u *user, ch *channel, m *message) {
	if m.ephemeral == "" {
		s.remove(ch, m)
		return
	}
	m.deleted = true
	s.show(u, "")
}
