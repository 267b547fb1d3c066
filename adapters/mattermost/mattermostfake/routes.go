package mattermostfake

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
)

// A call is one request that is being answered.
type call struct {
	*http.Request
	user *user // nil: no session
	id   string
}

// A handler answers with a status and something for JSON, []byte or a string. It
// runs under the server's mutex unless it is one that calls out.
type handler func(*Server, *call) (int, any, *failure)

// access says who may come in.
type access int

const (
	session access = iota // whoever is logged in
	anybody
	adminOnly
)

type route struct {
	pattern string
	who     access
	callsTo bool // calls out: takes the mutex by itself
	do      handler
}

const api = "/api/v4"

// allRoutes are tried in order. (http.ServeMux finds /users/username/{name} and
// /users/{id}/teams ambiguous.)
func allRoutes() []route {
	return slices.Concat(userRoutes, teamRoutes, channelRoutes, postRoutes, fileRoutes, commandRoutes, actionRoutes, systemRoutes, roleRoutes)
}

// match finds the route of a request and gives the request its path values.
func match(r *http.Request, routes []route) (route, bool) {
	for _, rt := range routes {
		method, path, _ := strings.Cut(rt.pattern, " ")
		want, got := strings.Split(path, "/"), strings.Split(strings.TrimSuffix(r.URL.Path, "/"), "/")
		if method != r.Method || len(want) != len(got) {
			continue
		}
		fits := true
		for i, w := range want {
			fits = fits && (w == got[i] || strings.HasPrefix(w, "{") && got[i] != "")
		}
		if !fits {
			continue
		}
		for i, w := range want {
			if strings.HasPrefix(w, "{") {
				r.SetPathValue(strings.Trim(w, "{}"), got[i])
			}
		}
		return rt, true
	}
	return route{}, false
}

// dispatch answers a request.
func (s *Server) dispatch(w http.ResponseWriter, r *http.Request) {
	if rt, found := match(r, s.routes); found {
		s.answer(w, r, rt)
		return
	}
	s.refuse(w, model.NewId(), fail(http.StatusNotFound, "api.context.404.app_error", "Sorry, we could not find the page."))
}

// serve is where requests from outside come in; faults lie in wait here.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	if strings.HasSuffix(r.URL.Path, "/websocket") {
		s.socket(w, r)
		return
	}
	s.enter(1)
	defer s.enter(-1)
	if s.trouble(w, r) {
		return
	}
	s.dispatch(w, r)
}

// do is a request that cannot be in trouble: a person's client makes it.
func (s *Server) do(token, method, path, contentType string, body []byte) (int, []byte) {
	s.enter(1)
	defer s.enter(-1)
	if s.away != "" {
		return s.ask(token, method, path, contentType, body)
	}
	r := httptest.NewRequestWithContext(context.Background(), method, path, bytes.NewReader(body))
	r.Header.Set("Content-Type", contentType)
	r.Header.Set("Authorization", "Bearer "+token)
	w := &discard{header: http.Header{}}
	s.dispatch(w, r)
	return w.status, w.body.Bytes()
}

// who finds the session of a request. The caller holds mu.
func (s *Server) who(r *http.Request) *user {
	kind, text, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(kind, "bearer") && !strings.EqualFold(kind, "token") {
		return nil
	}
	return s.owner(text)
}

func (s *Server) owner(text string) *user {
	t := s.tokens[text]
	if t == nil {
		return nil
	}
	if u := s.users[t.UserID]; u != nil && u.deleted == 0 {
		return u
	}
	return nil
}

func (s *Server) answer(w http.ResponseWriter, req *http.Request, r route) {
	c := &call{Request: req, id: model.NewId()}
	s.mu.Lock()
	c.user = s.who(req)
	locked := !r.callsTo
	if !locked {
		s.mu.Unlock()
	}
	status, body, err := 0, any(nil), s.admit(c, r)
	if err == nil {
		status, body, err = r.do(s, c)
	}
	if !locked {
		s.mu.Lock()
	}
	if err != nil {
		status = err.Status
	}
	s.logRequest(c, status)
	s.mu.Unlock()
	if err != nil {
		s.refuse(w, c.id, err)
		return
	}
	s.write(w, c.id, status, body)
}

func (s *Server) admit(c *call, r route) *failure {
	switch {
	case r.who == anybody:
		return nil
	case c.user == nil:
		return errSession
	case r.who == adminOnly && !c.user.admin():
		return errPermission
	}
	return nil
}

func (s *Server) refuse(w http.ResponseWriter, id string, err *failure) {
	told := *err
	told.Request, told.Detail = id, "" // developer mode is off: details are only logged
	s.write(w, id, told.Status, &told)
}

func (s *Server) write(w http.ResponseWriter, id string, status int, body any) {
	h := w.Header()
	h.Set("X-Request-Id", id)
	h.Set("X-Version-Id", s.version)
	h.Set("Vary", "Accept-Encoding")
	switch b := body.(type) {
	case []byte: // a file; its handler has no say in the headers but these
		h.Set("Content-Type", "application/octet-stream")
		h.Set("X-Content-Type-Options", "nosniff")
		w.WriteHeader(status)
		_, _ = w.Write(b)
	case string:
		h.Set("Content-Type", "text/plain")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, b)
	default:
		h.Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, toJSON(body)+"\n")
	}
}

// read takes a request's JSON.
func (c *call) read(into any) *failure {
	if err := json.NewDecoder(io.LimitReader(c.Body, 4<<20)).Decode(into); err != nil && !errors.Is(err, io.EOF) {
		return badParam("body")
	}
	return nil
}

// id gives a path value; "me" is the caller.
func (c *call) of(name string) string {
	id := c.PathValue(name)
	if id == model.Me && c.user != nil {
		return c.user.ID
	}
	return id
}

func (s *Server) logRequest(c *call, status int) {
	s.logf("debug", "Received HTTP request", map[string]any{
		"method": c.Method, "url": c.URL.Path, "request_id": c.id, "host": s.addr, "status_code": fmt.Sprint(status),
	})
}

// logf writes a line of the server's log, which is at DEBUG.
func (s *Server) logf(level, msg string, fields map[string]any) {
	line := map[string]any{"timestamp": s.stamp(), "level": level, "msg": msg}
	for k, v := range fields {
		line[k] = v
	}
	s.log.WriteString(toJSON(line) + "\n")
}

// auditf writes a line of the audit file, if it is on.
func (s *Server) auditf(c *call, event string, fields map[string]any) {
	if !s.o.Audit {
		return
	}
	line := map[string]any{"timestamp": s.stamp(), "event_name": event, "status": "success", "parameters": fields}
	if c != nil {
		line["meta"] = map[string]any{"api_path": c.URL.Path}
		if c.user != nil {
			ip, _, _ := strings.Cut(c.RemoteAddr, ":")
			line["actor"] = map[string]any{"user_id": c.user.ID, "ip_address": ip}
		}
	}
	s.audit.WriteString(toJSON(line) + "\n")
}

func (s *Server) stamp() string { return s.o.Now().UTC().Format(time.RFC3339Nano) }
