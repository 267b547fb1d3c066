package mattermostfake

import (
	"net/http"
	"slices"

	"github.com/mattermost/mattermost/server/public/model"
)

var roleRoutes = []route{
	{pattern: "GET " + api + "/roles", who: adminOnly, do: (*Server).getRoles},
	{pattern: "GET " + api + "/roles/name/{name}", do: (*Server).getRole},
	{pattern: "PUT " + api + "/roles/{id}/patch", who: adminOnly, do: (*Server).patchRole},
}

// The roles that this server knows; of an administrator of the system it believes
// everything.
const (
	everybody = "system_user"
	teamAdmin = "team_admin"
)

// What they may from the start: as recorded with 9.9; of team administrators what
// that version's source gives them over commands.
var (
	everybodyMay = []string{
		"join_public_teams", "create_team", "list_public_teams", "edit_custom_group", "create_direct_channel", "delete_custom_group",
		"restore_custom_group", "create_emojis", "delete_emojis", "manage_custom_group_members", "create_group_channel", "view_members",
		"create_custom_group",
	}
	teamAdminMay = []string{"manage_team", "manage_team_roles", "manage_slash_commands", "manage_others_slash_commands"}
)

func newRole(name, label string, now int64, may []string) map[string]any {
	return map[string]any{
		"id": model.NewId(), "name": name, "display_name": "authentication.roles." + label + ".name",
		"description": "authentication.roles." + label + ".description", "create_at": now, "update_at": now, "delete_at": 0,
		"permissions": may, "scheme_managed": true, "built_in": true,
	}
}

func (s *Server) roles() []map[string]any { return []map[string]any{s.role, s.admins} }

func (s *Server) roleBy(key, value string) (map[string]any, *failure) {
	for _, role := range s.roles() {
		if role[key] == value {
			return role, nil
		}
	}
	return nil, fail(http.StatusNotFound, "app.role.get_by_name.app_error", "Unable to get the role.")
}

// SetPermissions changes what a role may.
func (s *Server) SetPermissions(role string, may ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r, err := s.roleBy("name", role); err == nil {
		r["permissions"] = may
	}
}

func (s *Server) getRoles(*call) (int, any, *failure) { return http.StatusOK, s.roles(), nil }

func (s *Server) getRole(c *call) (int, any, *failure) {
	role, err := s.roleBy("name", c.PathValue("name"))
	return http.StatusOK, role, err
}

func (s *Server) patchRole(c *call) (int, any, *failure) {
	var body struct {
		Permissions []string `json:"permissions"`
	}
	if err := c.read(&body); err != nil {
		return 0, nil, err
	}
	role, err := s.roleBy("id", c.PathValue("id"))
	if err != nil {
		return 0, nil, err
	}
	slices.Sort(body.Permissions)
	role["permissions"], role["update_at"] = body.Permissions, s.now()
	for _, u := range s.users {
		s.tell(frame{Event: "role_updated", Data: map[string]any{"role": toJSON(role)}}, u.ID)
	}
	return http.StatusOK, role, nil
}
