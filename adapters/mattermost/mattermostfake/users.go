package mattermostfake

import (
	"net/http"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"
)

var userRoutes = []route{
	{pattern: "GET " + api + "/users/username/{name}", do: (*Server).getUserByName},
	{pattern: "GET " + api + "/users/{id}", do: (*Server).getUser},
	{pattern: "POST " + api + "/users", who: adminOnly, do: (*Server).createUser},
	{pattern: "DELETE " + api + "/users/{id}", who: adminOnly, do: (*Server).deleteUser},
	{pattern: "PUT " + api + "/users/{id}/roles", who: adminOnly, do: (*Server).putRoles},
	{pattern: "PUT " + api + "/users/{id}/active", who: adminOnly, do: (*Server).putActive},
	{pattern: "POST " + api + "/users/{id}/tokens", do: (*Server).createToken},
	{pattern: "GET " + api + "/users/{id}/tokens", do: (*Server).getTokens},
	{pattern: "POST " + api + "/users/tokens/revoke", do: (*Server).revokeToken},
	{pattern: "POST " + api + "/bots", do: (*Server).createBot},
	{pattern: "GET " + api + "/bots", do: (*Server).getBots},
	{pattern: "GET " + api + "/bots/{id}", do: (*Server).getBot},
	{pattern: "PUT " + api + "/bots/{id}", who: adminOnly, do: (*Server).patchBot},
	{pattern: "POST " + api + "/bots/{id}/disable", who: adminOnly, do: (*Server).disableBot},
	{pattern: "POST " + api + "/bots/{id}/enable", who: adminOnly, do: (*Server).enableBot},
	{pattern: "POST " + api + "/bots/{id}/assign/{owner}", who: adminOnly, do: (*Server).assignBot},
}

func (s *Server) getUser(c *call) (int, any, *failure) {
	if u := s.users[c.of("id")]; u != nil {
		return http.StatusOK, u.wire(), nil
	}
	return 0, nil, errNoUser
}

func (s *Server) getUserByName(c *call) (int, any, *failure) {
	if u := s.byName(c.PathValue("name")); u != nil {
		return http.StatusOK, u.wire(), nil
	}
	return 0, nil, errNoUser
}

func (s *Server) createUser(c *call) (int, any, *failure) {
	var body model.User
	if err := c.read(&body); err != nil {
		return 0, nil, err
	}
	if s.byName(body.Username) != nil || !model.IsValidUsername(body.Username) || len(body.Password) < 8 {
		return 0, nil, fail(http.StatusBadRequest, "app.user.save.username_exists.app_error", "An account with that username already exists.")
	}
	return http.StatusCreated, s.addUser(body.Username).wire(), nil
}

// deleteUser closes the account; for good, only where the settings let it.
func (s *Server) deleteUser(c *call) (int, any, *failure) {
	u := s.users[c.of("id")]
	switch permanent := c.URL.Query().Get("permanent") == "true"; {
	case u == nil:
		return 0, nil, errNoUser
	case permanent && !s.setting("EnableAPIUserDeletion"):
		return 0, nil, fail(http.StatusUnauthorized, "api.user.delete_user.not_enabled.app_error", "Permanent user deletion feature is not enabled.")
	case permanent:
		s.deactivate(u.ID)
		delete(s.users, u.ID)
	default:
		s.deactivate(u.ID)
	}
	return http.StatusOK, ok, nil
}

func (s *Server) putRoles(c *call) (int, any, *failure) {
	var body map[string]string
	if err := c.read(&body); err != nil {
		return 0, nil, err
	}
	u := s.users[c.of("id")]
	if u == nil {
		return 0, nil, errNoUser
	}
	s.setRoles(u, body["roles"])
	return http.StatusOK, ok, nil
}

func (s *Server) putActive(c *call) (int, any, *failure) {
	var body struct {
		Active bool `json:"active"`
	}
	u := s.users[c.of("id")]
	if err := c.read(&body); err != nil || u == nil {
		return 0, nil, errNoUser
	}
	if u.deleted = 0; !body.Active {
		s.deactivate(u.ID)
	}
	return http.StatusOK, ok, nil
}

func (s *Server) createToken(c *call) (int, any, *failure) {
	var body model.UserAccessToken
	if err := c.read(&body); err != nil {
		return 0, nil, err
	}
	u := s.users[c.of("id")]
	switch {
	case u == nil:
		return 0, nil, errNoUser
	case !c.user.admin():
		return 0, nil, errPermission
	case !u.isBot && !s.setting("EnableUserAccessTokens"):
		return 0, nil, fail(http.StatusNotImplemented, "app.user_access_token.disabled", "Personal access tokens are disabled on this server. Please contact your system administrator for details.")
	}
	t := s.addToken(u.ID, body.Description, false)
	if u.Token == "" {
		u.Token = t.Token
	}
	return http.StatusOK, map[string]any{"id": t.ID, "token": t.Token, "user_id": t.UserID, "description": t.About, "is_active": true}, nil
}

func (s *Server) getTokens(c *call) (int, any, *failure) {
	id := c.of("id")
	if id != c.user.ID && !c.user.admin() {
		return 0, nil, errPermission
	}
	list := []any{}
	for _, t := range s.tokens {
		if t.UserID == id && !t.Session {
			list = append(list, map[string]any{"id": t.ID, "user_id": t.UserID, "description": t.About, "is_active": true})
		}
	}
	return http.StatusOK, list, nil
}

func (s *Server) revokeToken(c *call) (int, any, *failure) {
	var body map[string]string
	if err := c.read(&body); err != nil {
		return 0, nil, err
	}
	for key, t := range s.tokens {
		if t.ID == body["token_id"] && (t.UserID == c.user.ID || c.user.admin()) {
			delete(s.tokens, key)
			return http.StatusOK, ok, nil
		}
	}
	return 0, nil, fail(http.StatusNotFound, "app.user_access_token.get_by_user.app_error", "Unable to find the token.")
}

func (s *Server) createBot(c *call) (int, any, *failure) {
	var body model.BotPatch
	if err := c.read(&body); err != nil {
		return 0, nil, err
	}
	switch {
	case c.user.isBot || !c.user.admin():
		return 0, nil, errPermission
	case !s.setting("EnableBotAccountCreation"):
		return 0, nil, fail(http.StatusForbidden, "api.bot.create_disabled", "Bot creation has been disabled.")
	case body.Username == nil || *body.Username == "" || *body.Username != strings.ToLower(*body.Username):
		return 0, nil, fail(http.StatusBadRequest, "model.bot.is_valid.username.app_error", "Invalid username.")
	case s.byName(*body.Username) != nil:
		return 0, nil, fail(http.StatusBadRequest, "app.user.save.username_exists.app_error", "An account with that username already exists.")
	}
	u := s.addUser(*body.Username)
	u.isBot, u.owner = true, c.user.ID
	u.describe(body)
	return http.StatusCreated, u.bot(), nil
}

func (u *user) describe(p model.BotPatch) {
	if p.DisplayName != nil {
		u.first = *p.DisplayName
	}
	if p.Description != nil {
		u.about = *p.Description
	}
}

func (u *user) bot() map[string]any {
	b := map[string]any{
		"user_id": u.ID, "username": u.Name, "owner_id": u.owner, "create_at": u.created, "update_at": u.updated, "delete_at": u.deleted,
	}
	if u.first != "" {
		b["display_name"] = u.first
	}
	if u.about != "" {
		b["description"] = u.about
	}
	return b
}

var errNoBot = fail(http.StatusNotFound, "store.sql_bot.get.missing.app_error", "Bot does not exist.")

// theBot is the bot of a path. Bots are found by administrators, and by
// themselves they are not: a plain bot gets 404.
func (s *Server) theBot(c *call, deleted bool) (*user, *failure) {
	u := s.users[c.of("id")]
	if u == nil || !u.isBot || !c.user.admin() || u.deleted > 0 && !deleted {
		return nil, errNoBot
	}
	return u, nil
}

func (s *Server) getBot(c *call) (int, any, *failure) {
	u, err := s.theBot(c, c.URL.Query().Get("include_deleted") == "true")
	if err != nil {
		return 0, nil, err
	}
	return http.StatusOK, u.bot(), nil
}

func (s *Server) getBots(c *call) (int, any, *failure) {
	if !c.user.admin() {
		return 0, nil, errPermission
	}
	list := []any{}
	for _, u := range s.sortedUsers() {
		if u.isBot && (u.deleted == 0 || c.URL.Query().Get("include_deleted") == "true") {
			list = append(list, u.bot())
		}
	}
	return http.StatusOK, page(list, c.URL.Query()), nil
}

func (s *Server) patchBot(c *call) (int, any, *failure) {
	var body model.BotPatch
	if err := c.read(&body); err != nil {
		return 0, nil, err
	}
	u, err := s.theBot(c, true)
	if err != nil {
		return 0, nil, err
	}
	u.describe(body)
	return http.StatusOK, u.bot(), nil
}

func (s *Server) disableBot(c *call) (int, any, *failure) { return s.switchBot(c, s.now()) }
func (s *Server) enableBot(c *call) (int, any, *failure)  { return s.switchBot(c, 0) }

func (s *Server) switchBot(c *call, deleted int64) (int, any, *failure) {
	u, err := s.theBot(c, true)
	if err != nil {
		return 0, nil, err
	}
	u.deleted = deleted
	return http.StatusOK, u.bot(), nil
}

func (s *Server) assignBot(c *call) (int, any, *failure) {
	u, err := s.theBot(c, true)
	if err != nil {
		return 0, nil, err
	}
	u.owner = c.of("owner")
	return http.StatusOK, u.bot(), nil
}
