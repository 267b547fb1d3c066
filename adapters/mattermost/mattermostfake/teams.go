package mattermostfake

import (
	"net/http"

	"github.com/mattermost/mattermost/server/public/model"
)

// Everybody is a member of every team: what teams differ in here is their slash
// commands.
var teamRoutes = []route{
	{pattern: "POST " + api + "/teams", who: adminOnly, do: (*Server).createTeam},
	{pattern: "GET " + api + "/teams", do: (*Server).getAllTeams},
	{pattern: "GET " + api + "/teams/{id}", do: (*Server).getTeam},
	{pattern: "GET " + api + "/teams/name/{name}", do: (*Server).getTeam},
	{pattern: "DELETE " + api + "/teams/{id}", who: adminOnly, do: (*Server).deleteTeam},
	{pattern: "POST " + api + "/teams/{id}/members", who: adminOnly, do: (*Server).addMember},
	{pattern: "GET " + api + "/users/{id}/teams", do: (*Server).getTeams},
}

var errNoTeam = fail(http.StatusNotFound, "app.team.get.find.app_error", "Unable to find the existing team.")

func (s *Server) createTeam(c *call) (int, any, *failure) {
	var t model.Team
	if err := c.read(&t); err != nil {
		return 0, nil, err
	}
	if !model.IsValidTeamName(t.Name) {
		return 0, nil, badParam("team")
	}
	t.Id, t.CreateAt, t.UpdateAt = model.NewId(), s.now(), s.now()
	s.teams[t.Id] = &t
	return http.StatusCreated, &t, nil
}

// deleteTeam archives it; for good, only where the settings let it.
func (s *Server) deleteTeam(c *call) (int, any, *failure) {
	t := s.teams[c.PathValue("id")]
	permanent := c.URL.Query().Get("permanent") == "true"
	switch {
	case t == nil || t == s.team:
		return 0, nil, errNoTeam
	case permanent && !s.setting("EnableAPITeamDeletion"):
		return 0, nil, fail(http.StatusUnauthorized, "api.team.delete_team.not_enabled.app_error", "Permanent team deletion feature is not enabled.")
	}
	delete(s.teams, t.Id)
	return http.StatusOK, ok, nil
}

func (s *Server) listTeams() []*model.Team {
	list := []*model.Team{s.team}
	for _, t := range s.teams {
		if t != s.team {
			list = append(list, t)
		}
	}
	return list
}

func (s *Server) getTeams(c *call) (int, any, *failure) {
	if c.of("id") != c.user.ID && !c.user.admin() {
		return 0, nil, errPermission
	}
	return http.StatusOK, s.listTeams(), nil
}

func (s *Server) getAllTeams(*call) (int, any, *failure) {
	return http.StatusOK, s.listTeams(), nil
}

func (s *Server) getTeam(c *call) (int, any, *failure) {
	for _, t := range s.teams {
		if t.Id == c.PathValue("id") || t.Name == c.PathValue("name") {
			return http.StatusOK, t, nil
		}
	}
	return 0, nil, errNoTeam
}

func (s *Server) addMember(c *call) (int, any, *failure) {
	var m model.TeamMember
	if err := c.read(&m); err != nil {
		return 0, nil, err
	}
	t := s.teams[c.PathValue("id")]
	if s.users[m.UserId] == nil || t == nil {
		return 0, nil, errNoUser
	}
	return http.StatusCreated, map[string]any{"team_id": t.Id, "user_id": m.UserId, "roles": "team_user", "delete_at": 0}, nil
}
