package slackfake

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// place finds the conversation that a call names. A user's id stands for the
// direct conversation with that user. s.mu is held.
func (c *call) place(name string) (*channel, *refusal) {
	if u := c.users[name]; u != nil {
		name = u.dm
	}
	ch := c.channels[name]
	switch {
	case ch == nil:
		return nil, refuse("channel_not_found")
	case ch.user == "":
		return nil, refuse("not_in_channel") // the bot was never invited anywhere
	}
	return ch, nil
}

func openConversation(c *call) (obj, *refusal) {
	users := strings.Split(c.args["users"], ",")
	if len(users) != 1 || users[0] == "" {
		return nil, refuse("users_list_not_supplied")
	}
	u := c.users[users[0]]
	if u == nil {
		return nil, refuse("user_not_found")
	}
	return c.room(u)
}

func conversationInfo(c *call) (obj, *refusal) {
	ch, no := c.place(c.args["channel"])
	if no != nil {
		return nil, no
	}
	return obj{"channel": obj{"id": ch.id, "is_im": ch.user != "", "user": ch.user}}, nil
}

func history(c *call) (obj, *refusal) {
	ch, no := c.place(c.args["channel"])
	if no != nil {
		return nil, no
	}
	limit := 100
	if n, err := strconv.Atoi(c.args["limit"]); err == nil && n > 0 && n <= 999 {
		limit = n
	}
	inclusive := c.args["inclusive"] == "true" || c.args["inclusive"] == "1"
	var out []any
	more := false
	for _, m := range slices.Backward(ch.messages) {
		latest, oldest := c.args["latest"], c.args["oldest"]
		switch {
		case m.deleted,
			latest != "" && (m.ts > latest || m.ts == latest && !inclusive),
			oldest != "" && (m.ts < oldest || m.ts == oldest && !inclusive),
			c.args["ts"] != "" && m.ts != c.args["ts"] && m.thread != c.args["ts"]:
			continue
		}
		if len(out) == limit {
			more = true
			break
		}
		out = append(out, c.object(m))
	}
	return obj{"messages": arr(out...), "has_more": more}, nil
}

// content reads and checks what a message would say.
func (c *call) content() (*message, *refusal) {
	m := &message{text: c.args["text"], user: c.bot, app: true, thread: c.args["thread_ts"]}
	if raw := c.args["blocks"]; raw != "" && raw != "null" {
		if err := json.Unmarshal([]byte(raw), &m.blocks); err != nil {
			return nil, refuse("invalid_blocks_format")
		}
		k := &checker{surface: "message"}
		k.blocks("/blocks", m.blocks, 50)
		if len(k.wrong) > 0 {
			return nil, refuse("invalid_blocks", k.wrong...)
		}
		identify(m.blocks)
	}
	if raw := c.args["metadata"]; raw != "" && json.Unmarshal([]byte(raw), &m.metadata) != nil {
		return nil, refuse("invalid_metadata_format")
	}
	switch {
	case c.args["attachments"] != "" && c.args["attachments"] != "[]" && c.args["attachments"] != "null":
		return nil, refuse("invalid_arguments", "[ERROR] the fake knows no attachments")
	case m.text == "" && len(m.blocks) == 0:
		return nil, refuse("no_text")
	case utf8.RuneCountInString(m.text) > 40000:
		return nil, refuse("msg_too_long")
	}
	return m, nil
}

func postMessage(c *call) (obj, *refusal) {
	ch, no := c.place(c.args["channel"])
	if no != nil {
		return nil, no
	}
	if c.app.noMessages {
		return nil, refuse("messages_tab_disabled")
	}
	m, no := c.content()
	if no != nil {
		return nil, no
	}
	c.post(ch, m)
	return obj{"channel": ch.id, "ts": m.ts, "message": c.object(m)}, nil
}

// post puts a message into a conversation and tells the app of it, as Slack does
// also of the app's own. s.mu is held.
func (s *Server) post(ch *channel, m *message) {
	m.ts, m.channel = s.ts(), ch.id
	m.seq = s.seq
	ch.messages = append(ch.messages, m)
	s.name("message", m.ts)
	if m.app {
		s.show(s.users[ch.user], "dm")
	}
	s.tellMessage(ch, m)
}

func (s *Server) tellMessage(ch *channel, m *message) {
	ev := s.object(m)
	ev["channel"], ev["channel_type"], ev["event_ts"] = ch.id, "im", m.ts
	s.told[m.ts] = s.event("message.im", ev)
}

// mine finds a message of the bot's own.
func (c *call) mine(what string) (*channel, *message, *refusal) {
	if no := c.missing("channel", "ts"); no != nil {
		return nil, nil, no
	}
	ch, no := c.place(c.args["channel"])
	if no != nil {
		return nil, nil, no
	}
	i := slices.IndexFunc(ch.messages, func(m *message) bool { return m.ts == c.args["ts"] && !m.deleted })
	switch {
	case i < 0:
		return nil, nil, refuse("message_not_found")
	case !ch.messages[i].app:
		return nil, nil, refuse("cant_" + what + "_message")
	}
	return ch, ch.messages[i], nil
}

func updateMessage(c *call) (obj, *refusal) {
	ch, m, no := c.mine("update")
	if no != nil {
		return nil, no
	}
	now, no := c.content()
	if no != nil {
		return nil, no
	}
	c.change(ch, m, now.text, now.blocks)
	return obj{"channel": ch.id, "ts": m.ts, "text": m.text, "message": c.object(m)}, nil
}

// change edits a message. s.mu is held.
func (s *Server) change(ch *channel, m *message, text string, blocks []any) {
	before := s.object(m)
	m.before = append(m.before, before)
	m.text, m.blocks, m.edited = text, blocks, true
	if m.app {
		s.show(s.users[ch.user], "dm")
	}
	s.event("message.im", obj{
		"type": "message", "subtype": "message_changed", "channel": ch.id, "channel_type": "im", "hidden": true,
		"message": s.object(m), "previous_message": before, "ts": s.ts(), "event_ts": s.ts(),
	})
}

func deleteMessage(c *call) (obj, *refusal) {
	ch, m, no := c.mine("delete")
	if no != nil {
		return nil, no
	}
	c.remove(ch, m)
	return obj{"channel": ch.id, "ts": m.ts}, nil
}

func (s *Server) remove(ch *channel, m *message) {
	m.deleted = true
	s.show(s.users[ch.user], "")
	s.event("message.im", obj{
		"type": "message", "subtype": "message_deleted", "channel": ch.id, "channel_type": "im", "hidden": true,
		"previous_message": s.object(m), "deleted_ts": m.ts, "ts": s.ts(), "event_ts": s.ts(),
	})
}

func postEphemeral(c *call) (obj, *refusal) {
	if no := c.missing("channel", "user"); no != nil {
		return nil, no
	}
	ch, no := c.place(c.args["channel"])
	if no != nil {
		return nil, no
	}
	u := c.users[c.args["user"]]
	switch {
	case u == nil || ch.user != u.id || u.bare:
		return nil, refuse("user_not_in_channel")
	case c.app.noMessages:
		return nil, refuse("messages_tab_disabled")
	}
	m, no := c.content()
	if no != nil {
		return nil, no
	}
	return obj{"message_ts": c.whisper(u, ch.id, m)}, nil
}

// whisper shows an ephemeral message. s.mu is held.
func (s *Server) whisper(u *user, channel string, m *message) string {
	m.ts, m.channel, m.ephemeral = s.ts(), channel, u.id
	m.seq = s.seq
	u.seen = append(u.seen, m)
	focus := channel
	if channel == u.dm {
		focus = "dm"
	}
	s.show(u, focus)
	return m.ts
}
