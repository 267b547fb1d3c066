package slackfake

// A Standing is what somebody is in the workspace, if not a member like others.
// What Slack tells an app of it without the right to read profiles is not
// documented in full: the error codes are those of conversations.open, and that
// of a bot was seen in life.
type Standing string

// The standings.
const (
	Member      Standing = ""
	Deactivated Standing = "deactivated"
	Robot       Standing = "robot"
	Hidden      Standing = "hidden"   // the app may not see them, as with some guests
	Stranger    Standing = "stranger" // of another organisation, known from a shared channel
)

var standingErrors = map[Standing]string{Deactivated: "user_disabled", Robot: "cannot_dm_bot", Hidden: "user_not_visible"}

// Becomes changes what somebody is.
func (p *Person) Becomes(what Standing) {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	p.u.standing = what
}

// room is the direct conversation with somebody, as conversations.open gives it.
func (c *call) room(u *user) (obj, *refusal) {
	if code := standingErrors[u.standing]; code != "" {
		return nil, refuse(code)
	}
	room := obj{"id": u.dm}
	if c.args["return_im"] == "true" {
		room["is_im"], room["user"], room["is_ext_shared"] = true, u.id, u.standing == Stranger
	}
	return obj{"no_op": true, "already_open": true, "channel": room}, nil
}

// LimitAppToken takes a right away from the app's token: it was made without the
// scope connections:write.
func (s *Server) LimitAppToken() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.limited = true
}
