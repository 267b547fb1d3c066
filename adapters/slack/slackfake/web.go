package slackfake

import (
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A refusal is an answer with "ok": false.
type refusal struct {
	code     string
	messages []string
	more     obj
}

func refuse(code string, messages ...string) *refusal {
	return &refusal{code: code, messages: messages}
}

// A call is one call of a Web API method.
type call struct {
	*Server
	method, token string
	args          map[string]string // complex ones as JSON
}

// A method of the Web API. do is called with s.mu held.
type method struct {
	scope string
	app   bool // wants the app's token, not the bot's
	tier  int  // calls a minute
	do    func(*call) (obj, *refusal)
}

// methods are those that are known. users.info and conversations.info are there
// to be refused: their scopes are none that Ombra may have.
var methods = map[string]method{
	"api.test":                     {tier: 100, do: func(*call) (obj, *refusal) { return obj{}, nil }},
	"auth.test":                    {tier: 300, do: authTest},
	"apps.connections.open":        {tier: 60, app: true, do: openConnection},
	"chat.delete":                  {scope: "chat:write", tier: 50, do: deleteMessage},
	"chat.postEphemeral":           {scope: "chat:write", tier: 100, do: postEphemeral},
	"chat.postMessage":             {scope: "chat:write", tier: 600, do: postMessage},
	"chat.update":                  {scope: "chat:write", tier: 50, do: updateMessage},
	"conversations.history":        {scope: "im:history", tier: 50, do: history},
	"conversations.info":           {scope: "im:read", tier: 50, do: conversationInfo},
	"conversations.open":           {scope: "im:write", tier: 50, do: openConversation},
	"conversations.replies":        {scope: "im:history", tier: 50, do: history},
	"files.completeUploadExternal": {scope: "files:write", tier: 100, do: completeUpload},
	"files.delete":                 {scope: "files:write", tier: 50, do: deleteFile},
	"files.getUploadURLExternal":   {scope: "files:write", tier: 100, do: getUploadURL},
	"files.info":                   {scope: "files:read", tier: 100, do: fileInfo},
	"team.info":                    {scope: "team:read", tier: 50, do: teamInfo},
	"users.info":                   {scope: "users:read", tier: 100, do: userInfo},
	"views.open":                   {tier: 100, do: openView},
	"views.publish":                {tier: 100, do: publishView},
	"views.push":                   {tier: 100, do: pushView},
	"views.update":                 {tier: 100, do: updateView},
}

// A Call is what the app called, for tests that count.
type Call struct {
	Method, Error string
	At            time.Time
}

// Calls are the calls so far, oldest first.
func (s *Server) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

func (s *Server) serveAPI(w http.ResponseWriter, r *http.Request) {
	s.begin()
	defer s.end()
	name := r.PathValue("method")
	if s.fail(name, w, r) {
		return
	}
	c := &call{Server: s, method: name}
	out, no := s.perform(c, r)
	s.mu.Lock()
	done := Call{Method: name, At: s.now()}
	if no != nil {
		done.Error = no.code
	}
	s.calls = append(s.calls, done)
	lost := s.lost(name)
	s.mu.Unlock()
	if lost {
		cut(w)
		return
	}
	if no != nil {
		out = obj{"ok": false, "error": no.code}
		for k, v := range no.more {
			out[k] = v
		}
		if len(no.messages) > 0 {
			out["response_metadata"] = obj{"messages": no.messages}
			out["errors"] = no.messages
		}
		if no.code == "ratelimited" {
			w.Header().Set("Retry-After", no.messages[0])
			delete(out, "response_metadata")
			delete(out, "errors")
			answer(w, http.StatusTooManyRequests, out)
			return
		}
	} else {
		out["ok"] = true
	}
	if c.token == s.botToken {
		w.Header().Set("X-Oauth-Scopes", strings.Join(s.app.scopes, ","))
	}
	answer(w, http.StatusOK, out)
}

func answer(w http.ResponseWriter, status int, o obj) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(o)
}

func (s *Server) perform(c *call, r *http.Request) (obj, *refusal) {
	var no *refusal
	if c.args, no = arguments(r); no != nil {
		return nil, no
	}
	c.token = strings.TrimSpace(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer"))
	if c.token == "" {
		c.token = c.args["token"]
	}
	m, ok := methods[c.method]
	if !ok {
		return nil, refuse("unknown_method")
	}
	if no := s.allowed(c, m); no != nil {
		return nil, no
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if wait := s.tooFast(c, m); wait > 0 {
		return nil, refuse("ratelimited", strconv.Itoa(wait))
	}
	return m.do(c)
}

// arguments reads a call's arguments as clients send them: as a form, or as JSON.
func arguments(r *http.Request) (map[string]string, *refusal) {
	args := map[string]string{}
	r.Body = http.MaxBytesReader(nil, r.Body, 2<<20)
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch kind {
	case "application/json":
		b, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, refuse("request_timeout")
		}
		var raw map[string]json.RawMessage
		if len(b) > 0 && json.Unmarshal(b, &raw) != nil { // some clients send nothing as JSON
			return nil, refuse("invalid_json")
		}
		for k, v := range raw {
			var plain string
			if json.Unmarshal(v, &plain) != nil {
				plain = string(v)
			}
			args[k] = plain
		}
	case "", "application/x-www-form-urlencoded", "multipart/form-data":
		if err := r.ParseMultipartForm(2 << 20); err != nil && kind == "multipart/form-data" { //nolint:gosec // the body is limited above
			return nil, refuse("invalid_form_data")
		}
		for k, v := range r.Form {
			args[k] = v[0]
		}
	default:
		return nil, refuse("invalid_post_type")
	}
	return args, nil
}

func (s *Server) allowed(c *call, m method) *refusal {
	switch {
	case c.method == "api.test":
		return nil
	case c.token == "":
		return refuse("not_authed")
	case c.token != s.botToken && c.token != s.appToken:
		return refuse("invalid_auth")
	case m.app != (c.token == s.appToken) && c.method != "auth.test":
		return refuse("not_allowed_token_type")
	case m.scope != "" && !s.may(m.scope):
		no := refuse("missing_scope")
		no.more = obj{"needed": m.scope, "provided": strings.Join(s.app.scopes, ",")}
		return no
	}
	return nil
}

func (s *Server) may(scope string) bool { return slices.Contains(s.app.scopes, scope) }

// missing is the first argument of names that is not there.
func (c *call) missing(names ...string) *refusal {
	for _, n := range names {
		if c.args[n] == "" {
			return refuse("invalid_arguments", "[ERROR] missing required field: "+n)
		}
	}
	return nil
}

// object reads an argument that is JSON.
func (c *call) json(name string, into any) *refusal {
	if err := json.Unmarshal([]byte(c.args[name]), into); err != nil {
		return refuse("invalid_arguments", "[ERROR] not JSON [json-pointer:/"+name+"]")
	}
	return nil
}

func authTest(c *call) (obj, *refusal) {
	if c.token == c.appToken {
		return obj{"app_id": c.appID, "app_name": "fake", "url": c.base + "/"}, nil
	}
	return obj{
		"url": c.base + "/", "team": "The Fakes", "user": "ombra", "team_id": c.team, "user_id": c.bot,
		"bot_id": c.botID, "is_enterprise_install": false,
	}, nil
}

func teamInfo(c *call) (obj, *refusal) {
	return obj{"team": obj{"id": c.team, "name": "The Fakes", "domain": "fakes"}}, nil
}

func userInfo(c *call) (obj, *refusal) {
	u := c.users[c.args["user"]]
	if u == nil {
		return nil, refuse("user_not_found")
	}
	return obj{"user": obj{"id": u.id, "team_id": c.team, "name": u.name, "deleted": false, "is_bot": false}}, nil
}

// A bucket of calls that may be made at once.
type bucket struct {
	left float64
	at   time.Time
}

// tooFast counts a call and says for how many seconds to stay away. A tier may be
// used up in one burst, a channel's postMessage in one of 20: what Slack allows
// beyond the steady pace is not published. s.mu is held.
func (s *Server) tooFast(c *call, m method) int {
	if s.o.Unpaced {
		return 0
	}
	if c.method == "chat.postMessage" || c.method == "chat.postEphemeral" {
		if wait := s.draw("channel "+c.args["channel"], 20, 1); wait > 0 {
			return wait
		}
	}
	return s.draw(c.method, float64(m.tier), float64(m.tier)/60)
}

func (s *Server) draw(name string, burst, perSecond float64) int {
	b := s.pace[name]
	if b == nil {
		b = &bucket{left: burst, at: s.now()}
		s.pace[name] = b
	}
	b.left = min(burst, b.left+s.now().Sub(b.at).Seconds()*perSecond)
	b.at = s.now()
	if b.left < 1 {
		return max(1, int((1-b.left)/perSecond+0.999))
	}
	b.left--
	return 0
}
