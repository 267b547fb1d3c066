package mattermostfake

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/mattermost/mattermost/server/public/model"
)

// Away is no server: it is a room for people who sit in front of a real one, at an
// address. They do what they do in front of this one, by the same requests and the
// same events; a team and the word of a slash command have to be there, and whoever
// sits down has to have joined. Nothing can be made to go wrong. An act is over when
// nothing has come for as long as quiet: a server far away takes its time.
func Away(tb testing.TB, address string, team *model.Team, trigger string, quiet time.Duration) *Server {
	tb.Helper()
	s := newServer(Options{Patience: 10 * time.Second})
	s.away, s.quiet = strings.TrimRight(address, "/"), quiet
	s.team, s.teams = team, map[string]*model.Team{team.Id: team}
	s.commands = []*model.Command{{Trigger: trigger, TeamId: team.Id}}
	tb.Cleanup(s.Close)
	return s
}

// Join seats somebody who has an account there, under a name of this room. A person
// listens from now on; of the bot it is enough that it is known.
func (s *Server) Join(who User, isBot bool) error {
	s.mu.Lock()
	s.users[who.ID] = &user{User: who, isBot: isBot}
	s.mu.Unlock()
	if isBot {
		return nil
	}
	ws, _, err := websocket.DefaultDialer.Dial( //nolint:bodyclose // it is the socket's
		"ws"+strings.TrimPrefix(s.away, "http")+api+"/websocket", http.Header{"Authorization": {"Bearer " + who.Token}})
	if err != nil {
		return err
	}
	var hello frame
	if err := ws.ReadJSON(&hello); err != nil {
		return err
	}
	k := newSocket(ws)
	s.mu.Lock()
	s.conns[who.ID] = &conn{id: who.ID, ws: k}
	s.mu.Unlock()
	p := s.Seat(who.Name)
	go func() { // until Close cuts the connection
		for {
			var f frame
			if ws.ReadJSON(&f) != nil {
				return
			}
			s.mu.Lock()
			p.hear(f)
			s.happened()
			s.mu.Unlock()
		}
	}()
	return nil
}

// ask is a request to the real server.
func (s *Server) ask(token, method, path, contentType string, body []byte) (int, []byte) {
	r, err := http.NewRequestWithContext(context.Background(), method, s.away+path, bytes.NewReader(body))
	if err != nil {
		return 0, nil
	}
	r.Header.Set("Content-Type", contentType)
	r.Header.Set("Authorization", "Bearer "+token)
	resp, err := s.o.Client.Do(r)
	if err != nil {
		return http.StatusServiceUnavailable, nil
	}
	defer func() { _ = resp.Body.Close() }()
	b, _ := io.ReadAll(resp.Body)
	return resp.StatusCode, b
}
