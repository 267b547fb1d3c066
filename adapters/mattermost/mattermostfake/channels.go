package mattermostfake

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/mattermost/mattermost/server/public/model"
)

var channelRoutes = []route{
	{pattern: "POST " + api + "/channels/direct", do: (*Server).createDirect},
	{pattern: "GET " + api + "/channels/{id}", do: (*Server).getChannel},
	{pattern: "GET " + api + "/channels/{id}/posts", do: (*Server).getChannelPosts},
	{pattern: "GET " + api + "/channels/{id}/members", do: (*Server).getMembers},
	{pattern: "GET " + api + "/users/{id}/teams/{team}/channels", do: (*Server).getTeamChannels},
	{pattern: "GET " + api + "/users/{id}/channels", do: (*Server).getUserChannels},
	{pattern: "POST " + api + "/drafts", do: (*Server).saveDraft},
	{pattern: "DELETE " + api + "/users/{id}/channels/{channel}/drafts", do: (*Server).deleteDraft},
}

func (s *Server) createDirect(c *call) (int, any, *failure) {
	var ids []string
	if err := c.read(&ids); err != nil {
		return 0, nil, err
	}
	if len(ids) != 2 {
		return 0, nil, badParam("user_ids")
	}
	if !slices.Contains(ids, c.user.ID) && !c.user.admin() {
		return 0, nil, errPermission
	}
	for _, id := range ids {
		if s.users[id] == nil {
			return 0, nil, fail(http.StatusBadRequest, "api.channel.create_direct_channel.invalid_user.app_error", "Invalid user id.")
		}
	}
	return http.StatusCreated, s.direct(ids[0], ids[1], c.user.ID).wire(), nil
}

// direct finds or makes the direct channel of two.
func (s *Server) direct(a, b, creator string) *channel {
	name := model.GetDMNameFromIds(a, b)
	for _, c := range s.channels {
		if c.Name == name {
			return c
		}
	}
	c := &channel{ID: model.NewId(), Name: name, Kind: "D", Creator: creator, Created: s.now(), members: []string{a, b}}
	s.channels[c.ID] = c
	mate := a
	if mate == creator {
		mate = b
	}
	for _, id := range slices.Compact(slices.Clone(c.members)) {
		s.tell(frame{
			Event: "direct_added", Data: map[string]any{"creator_id": creator, "teammate_id": mate}, Broadcast: broadcast{ChannelID: c.ID},
		}, id)
	}
	return c
}

func (s *Server) getChannel(c *call) (int, any, *failure) {
	ch := s.channels[c.PathValue("id")]
	switch {
	case ch == nil:
		return 0, nil, errNoChannel
	case !s.may(c.user, ch.ID):
		return 0, nil, errPermission
	}
	return http.StatusOK, ch.wire(), nil
}

func (s *Server) getMembers(c *call) (int, any, *failure) {
	ch := s.channels[c.PathValue("id")]
	switch {
	case ch == nil:
		return 0, nil, errNoChannel
	case !s.may(c.user, ch.ID):
		return 0, nil, errPermission
	}
	list := []any{}
	for _, id := range ch.members {
		list = append(list, map[string]any{"channel_id": ch.ID, "user_id": id, "roles": "channel_user"})
	}
	return http.StatusOK, page(list, c.URL.Query()), nil
}

// getTeamChannels lists direct channels too, whatever the team.
func (s *Server) getTeamChannels(c *call) (int, any, *failure) {
	if s.teams[c.PathValue("team")] == nil {
		return 0, nil, errPermission
	}
	return s.channelsOf(c)
}

// getUserChannels came with 6.x.
func (s *Server) getUserChannels(c *call) (int, any, *failure) {
	if !s.atLeast("6.0") {
		return 0, nil, fail(http.StatusNotFound, "api.context.404.app_error", "Sorry, we could not find the page.")
	}
	return s.channelsOf(c)
}

func (s *Server) channelsOf(c *call) (int, any, *failure) {
	id := c.of("id")
	if id != c.user.ID && !c.user.admin() {
		return 0, nil, errPermission
	}
	list := []wireChannel{}
	for _, ch := range s.channels {
		if ch.has(id) {
			list = append(list, ch.wire())
		}
	}
	slices.SortFunc(list, func(a, b wireChannel) int {
		return cmp.Or(cmp.Compare(a.DisplayName, b.DisplayName), cmp.Compare(a.ID, b.ID))
	})
	return http.StatusOK, list, nil
}

// page cuts a list as page and per_page say; 60 without.
func page[T any](list []T, q url.Values) []T {
	size, err := strconv.Atoi(q.Get("per_page"))
	if err != nil || size <= 0 || size > 200 {
		size = 60
	}
	n, _ := strconv.Atoi(q.Get("page"))
	from := min(max(n, 0)*size, len(list))
	return list[from:min(from+size, len(list))]
}

func (s *Server) saveDraft(c *call) (int, any, *failure) {
	var d map[string]any
	if err := c.read(&d); err != nil {
		return 0, nil, err
	}
	id, _ := d["channel_id"].(string)
	if !s.may(c.user, id) {
		return 0, nil, errPermission
	}
	draft := map[string]any{
		"create_at": d["create_at"], "update_at": s.now(), "delete_at": 0, "user_id": c.user.ID, "channel_id": id, "root_id": "",
		"message": d["message"], "props": map[string]any{}, "metadata": map[string]any{},
	}
	s.drafts[c.user.ID+id] = draft
	s.tell(frame{
		Event: "draft_created", Data: map[string]any{"draft": toJSON(draft)}, Broadcast: broadcast{ChannelID: id, UserID: c.user.ID},
	}, c.user.ID)
	return http.StatusCreated, draft, nil
}

func (s *Server) deleteDraft(c *call) (int, any, *failure) {
	key := c.user.ID + c.PathValue("channel")
	if draft := s.drafts[key]; draft != nil {
		delete(s.drafts, key)
		gone := clone(draft)
		delete(gone, "metadata")
		s.tell(frame{
			Event: "draft_deleted", Data: map[string]any{"draft": toJSON(gone)}, Broadcast: broadcast{ChannelID: c.PathValue("channel"), UserID: c.user.ID},
		}, c.user.ID)
	}
	return http.StatusOK, ok, nil
}
