package mattermost

import (
	"context"
	"slices"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"
)

// overCommands are the permissions with which somebody reads the token and the path
// of a command that an administrator made, or leads it elsewhere: to type as anybody,
// or to show windows that look like ours. The first goes with servers of today.
var overCommands = []string{"manage_slash_commands", model.PermissionManageOthersSlashCommands.Id}

// roles finds who may manage slash commands besides administrators of the system,
// who can act as anybody on their server anyway. It looks at every role, also those
// of a team's own scheme.
func (s *setup) roles(ctx context.Context) error {
	all, resp, err := s.admin.GetAllRoles(ctx)
	if err != nil {
		s.found("it could not be seen who may manage slash commands ("+faultOf("list the roles", resp, err).Error()+")",
			"look under System Console, User Management, Permissions: nobody but system administrators should")
		return nil // the rest can be set up all the same
	}
	for _, role := range all {
		if role.Name == model.SystemAdminRoleId || role.DeleteAt != 0 {
			continue
		}
		var may []string
		for _, p := range overCommands {
			if slices.Contains(role.Permissions, p) {
				may = append(may, p)
			}
		}
		if len(may) == 0 {
			continue
		}
		list := strings.Join(may, " ")
		s.found("whoever has the role "+role.Name+" may manage slash commands ("+list+"): they can read the token of /"+Trigger+" and type it as anybody, or lead it elsewhere",
			"System Console, User Management, Permissions: take Manage Slash Commands from them; or: mmctl permissions remove "+role.Name+" "+list)
	}
	return nil
}
