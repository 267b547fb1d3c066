package mattermostfake

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"

	"github.com/mattermost/mattermost/server/public/model"
)

var actionRoutes = []route{
	{pattern: "POST " + api + "/posts/{id}/actions/{action}", callsTo: true, do: (*Server).press},
	{pattern: "POST " + api + "/actions/dialogs/open", who: anybody, do: (*Server).openDialog},
	{pattern: "POST " + api + "/actions/dialogs/submit", callsTo: true, do: (*Server).submitDialog},
}

// An integration is what stands behind a button, and where it was pressed.
type integration struct {
	kind, url, postID, rootID, channelID string
	context                              map[string]any
	source                               string
}

// press is a button. What it does is posted to the integration, unsigned.
func (s *Server) press(c *call) (int, any, *failure) {
	var body model.DoPostActionRequest
	if err := c.read(&body); err != nil {
		return 0, nil, err
	}
	s.mu.Lock()
	in, err := s.behind(c, body)
	if err != nil {
		s.mu.Unlock()
		return 0, nil, err
	}
	short, signed := s.trigger(c.user.ID)
	req := model.PostActionIntegrationRequest{
		UserId: c.user.ID, UserName: c.user.Name, ChannelId: in.channelID, ChannelName: s.channels[in.channelID].Name,
		TeamId: s.channels[in.channelID].TeamID, PostId: in.postID, TriggerId: signed, Type: in.kind, DataSource: in.source, Context: in.context,
	}
	if req.TeamId != "" {
		req.TeamName = s.team.Name
	}
	if body.SelectedOption != "" {
		req.Context = maps.Clone(req.Context)
		if req.Context == nil {
			req.Context = map[string]any{}
		}
		req.Context["selected_option"] = body.SelectedOption
	}
	s.logCallback(in.url)
	s.mu.Unlock()
	answer, err := s.action(in.url, req)
	if err != nil {
		return 0, nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.apply(c.user, in, answer); err != nil {
		return 0, nil, err
	}
	return http.StatusOK, model.PostActionAPIResponse{Status: "OK", TriggerId: short, GotoLocation: answer.GotoLocation}, nil
}

// logCallback: of an action and a dialog the path of the callback is logged.
func (s *Server) logCallback(to string) {
	if u, err := url.Parse(to); err == nil {
		s.logf("debug", "Outgoing integration request", map[string]any{"url_path": u.Path})
	}
}

// behind finds what a button does: in the post, or for an ephemeral one in the
// sealed cookie that its client gives back.
func (s *Server) behind(c *call, body model.DoPostActionRequest) (in integration, bad *failure) {
	missing := fail(http.StatusNotFound, "api.post.do_action.action_id.app_error", "Invalid action id.")
	if p := s.postByID[c.PathValue("id")]; p != nil && p.DeleteAt == 0 {
		action := p.GetAction(c.PathValue("action"))
		switch {
		case !s.may(c.user, p.ChannelId):
			return in, errPermission
		case action == nil || action.Integration == nil:
			return in, missing
		}
		return integration{action.Type, action.Integration.URL, p.Id, rootOf(p), p.ChannelId, action.Integration.Context, action.DataSource}, nil
	}
	plain, err := model.DecryptPostActionCookie(body.Cookie, s.secret)
	var cookie model.PostActionCookie
	if body.Cookie == "" || err != nil || json.Unmarshal([]byte(plain), &cookie) != nil {
		return in, errNoPost
	}
	switch {
	case !s.may(c.user, cookie.ChannelId):
		return in, errPermission
	case cookie.PostId != c.PathValue("id") || cookie.Integration == nil:
		return in, missing
	}
	return integration{
		cookie.Type, cookie.Integration.URL, cookie.PostId, cookie.RootPostId, cookie.ChannelId, cookie.Integration.Context, cookie.DataSource,
	}, nil
}

func rootOf(p *model.Post) string {
	if p.RootId != "" {
		return p.RootId
	}
	return p.Id
}

func (s *Server) action(to string, req any) (*model.PostActionIntegrationResponse, *failure) {
	status, body, _, err := s.callOut(to, "application/json", "", []byte(toJSON(req)))
	if err != nil || status != http.StatusOK {
		return nil, errAction
	}
	var answer model.PostActionIntegrationResponse
	if len(body) > 0 && json.Unmarshal(body, &answer) != nil {
		return nil, errAction
	}
	return &answer, nil
}

// apply does what an integration answers to a press. An ephemeral post cannot be
// updated: it is in no database.
func (s *Server) apply(u *user, in integration, answer *model.PostActionIntegrationResponse) *failure {
	if answer.Update != nil {
		p := s.postByID[in.postID]
		if p == nil || p.DeleteAt > 0 {
			return fail(http.StatusNotFound, "api.post.update_post.find.app_error", "Unable to find the existing post or comment to update.")
		}
		retain := s.retained(p)
		s.change(p, func(p *model.Post) {
			p.Message, p.IsPinned = answer.Update.Message, answer.Update.IsPinned
			if props := answer.Update.GetProps(); props != nil {
				props = maps.Clone(props)
				maps.Copy(props, retain)
				p.SetProps(props)
			}
		})
	}
	if answer.EphemeralText != "" {
		text := answer.EphemeralText
		if !answer.SkipSlackParsing {
			text = model.ParseSlackLinksToMarkdown(text)
		}
		s.ephemeral(u.ID, &model.Post{Message: text, ChannelId: in.channelID, RootId: in.rootID, UserId: u.ID})
	}
	return nil
}

// retained are the props that an update cannot take away. Old servers let go of
// the one that says "from a bot".
func (s *Server) retained(p *model.Post) map[string]any {
	keep := map[string]any{}
	for _, key := range model.PostActionRetainPropKeys {
		if v, ok := p.GetProps()[key]; ok && (key != model.PostPropsFromBot || s.atLeast("10.0")) {
			keep[key] = v
		}
	}
	return keep
}

func decode[T any](text string) (v T) {
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		panic("mattermostfake: no JSON: " + err.Error())
	}
	return v
}
