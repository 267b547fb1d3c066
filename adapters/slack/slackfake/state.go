package slackfake

import (
	"encoding/json"
	"maps"
	"time"
)

// obj is JSON as it came or will go.
type obj = map[string]any

// arr builds lists of it.
func arr(v ...any) []any {
	if v == nil {
		return []any{}
	}
	return v
}

func text(o obj, key string) string { v, _ := o[key].(string); return v }

func yes(o obj, key string) bool { v, _ := o[key].(bool); return v }

func sub(o obj, key string) obj { v, _ := o[key].(obj); return v }

func list(o obj, key string) []any { v, _ := o[key].([]any); return v }

// objs are the objects of a list.
func objs(o obj, key string) []obj {
	var all []obj
	for _, v := range list(o, key) {
		if one, ok := v.(obj); ok {
			all = append(all, one)
		}
	}
	return all
}

// cloned copies JSON all the way down.
func cloned(o obj) obj {
	b, err := json.Marshal(o)
	if err != nil {
		panic("slackfake: not JSON")
	}
	var out obj
	_ = json.Unmarshal(b, &out)
	return out
}

type user struct {
	id, name, dm string
	opened       bool // has looked into the direct conversation before
	stack        []*view
	home         *view
	seen         []*message    // ephemeral ones that are still there
	woken        chan struct{} // closed when it has changed again
	changes      int           // how often what is seen has changed
	newest       int           // place of focus: seq of the last thing that appeared
	focus        string        // "home", "dm" or a channel's id
	bare         bool          // nothing private works for this user
	atHome       bool          // looks at the Home tab: a message does not take the eye off it
	person       *Person
	standing     Standing
}

type channel struct {
	id, name, user string // user: of a direct conversation
	messages       []*message
}

type message struct {
	ts, channel, user, text string
	blocks                  []any
	files                   []*file
	thread                  string
	metadata                any
	ephemeral               string // the user who alone sees it
	edited, deleted         bool
	before                  []obj // earlier versions, which a workspace may keep
	seq                     int
	app                     bool
}

// object is the message as Slack sends it. s.mu is held.
func (s *Server) object(m *message) obj {
	o := obj{"type": "message", "user": m.user, "text": m.text, "ts": m.ts, "team": s.team}
	if m.blocks != nil {
		o["blocks"] = m.blocks
	}
	if m.app {
		o["bot_id"], o["app_id"] = s.botID, s.appID
	}
	if m.thread != "" {
		o["thread_ts"] = m.thread
	}
	if m.metadata != nil {
		o["metadata"] = m.metadata
	}
	if m.edited {
		o["edited"] = obj{"user": m.user, "ts": m.ts}
	}
	if len(m.files) > 0 {
		var files []any
		for _, f := range m.files {
			files = append(files, s.fileObject(f))
		}
		o["files"], o["upload"] = files, true
		if !m.app {
			o["subtype"] = "file_share"
		}
	}
	return o
}

type view struct {
	id, hash, typ, owner, external, root, previous string
	body                                           obj
	typed                                          map[string]map[string]any // state, by block and action
	problems                                       map[string]string         // by block
}

// object is the view as Slack sends it. s.mu is held.
func (s *Server) viewObject(v *view) obj {
	o := obj{
		"id": v.id, "team_id": s.team, "app_id": s.appID, "app_installed_team_id": s.team, "bot_id": s.botID, "hash": v.hash,
		"private_metadata": "", "callback_id": "", "external_id": "", "clear_on_close": false, "notify_on_close": false,
		"close": nil, "submit": nil, "root_view_id": v.root, "previous_view_id": nil, "state": obj{"values": s.values(v)},
	}
	if v.previous != "" {
		o["previous_view_id"] = v.previous
	}
	maps.Copy(o, v.body)
	return o
}

type trigger struct {
	user  string
	until time.Time
	used  bool
	view  string // the modal from which it may push
}

// trigger makes one for somebody. s.mu is held.
func (s *Server) trigger(u *user, from string) string {
	name := letters(13) + "." + letters(12) + "." + letters(32)
	until := s.now().Add(max(3*time.Second, s.o.Patience))
	if u.bare {
		until = time.Time{}
	}
	s.triggers[name] = &trigger{user: u.id, until: until, view: from}
	s.name("trigger", name)
	return name
}

// Named is something that names a person, a place or an occasion.
type Named struct{ What, Value string }

// Names are all identifiers and names that the workspace has given out and that
// nobody may write down, for leak tests.
func (s *Server) Names() []Named {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Named(nil), s.named...)
}

func (s *Server) name(what, value string) {
	s.named = append(s.named, Named{what, value})
}

// show notes that what somebody sees has changed. s.mu is held.
func (s *Server) show(u *user, focus string) {
	u.changes++
	close(u.woken)
	u.woken = make(chan struct{})
	s.seq++
	u.newest = s.seq
	if focus != "" && !u.atHome {
		u.focus = focus
	}
	s.stir()
}
