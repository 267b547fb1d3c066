package mattermostfake

import (
	"encoding/json"
	"net/http"

	"github.com/mattermost/mattermost/server/public/model"
)

// A failure is an error as the API tells it.
type failure struct {
	ID      string `json:"id"`
	Message string `json:"message"`
	Detail  string `json:"detailed_error"`
	Request string `json:"request_id"`
	Status  int    `json:"status_code"`
}

func fail(status int, id, message string) *failure {
	return &failure{ID: id, Message: message, Status: status}
}

var (
	errPermission = fail(http.StatusForbidden, "api.context.permissions.app_error", "You do not have the appropriate permissions.")
	errSession    = fail(http.StatusUnauthorized, "api.context.session_expired.app_error", "Invalid or expired session, please login again.")
	errNoPost     = fail(http.StatusNotFound, "app.post.get.app_error", "Unable to get the post.")
	errNoFile     = fail(http.StatusNotFound, "app.file_info.get.app_error", "Unable to get the file info.")
	errNoUser     = fail(http.StatusNotFound, "app.user.missing_account.const", "Unable to find the user.")
	errNoChannel  = fail(http.StatusNotFound, "app.channel.get.existing.app_error", "Unable to find the existing channel.")
	errNoCommand  = fail(http.StatusNotFound, "store.sql_command.get.missing.app_error", "Command does not exist.")
	errAction     = fail(http.StatusBadRequest, "api.post.do_action.action_integration.app_error", "Action integration error.")
)

func badParam(name string) *failure {
	return fail(http.StatusBadRequest, "api.context.invalid_body_param.app_error", "Invalid or missing "+name+" in request body.")
}

var ok = map[string]string{"status": "OK"}

// wirePost is a post as 9.9 writes it.
type wirePost struct {
	ID            string         `json:"id"`
	CreateAt      int64          `json:"create_at"`
	UpdateAt      int64          `json:"update_at"`
	EditAt        int64          `json:"edit_at"`
	DeleteAt      int64          `json:"delete_at"`
	IsPinned      bool           `json:"is_pinned"`
	UserID        string         `json:"user_id"`
	ChannelID     string         `json:"channel_id"`
	RootID        string         `json:"root_id"`
	OriginalID    string         `json:"original_id"`
	Message       string         `json:"message"`
	Type          string         `json:"type"`
	Props         map[string]any `json:"props"`
	Hashtags      string         `json:"hashtags"`
	FileIDs       []string       `json:"file_ids,omitempty"`
	PendingPostID string         `json:"pending_post_id"`
	ReplyCount    int64          `json:"reply_count"`
	LastReplyAt   int64          `json:"last_reply_at"`
	Participants  any            `json:"participants"`
	Metadata      *metadata      `json:"metadata,omitempty"`
}

type metadata struct {
	Embeds []map[string]string `json:"embeds,omitempty"`
	Files  []*model.FileInfo   `json:"files,omitempty"`
}

// wire writes a post for clients: integrations are stripped, files described.
func (s *Server) wire(p *model.Post) *wirePost {
	c := p.Clone()
	props := clone(map[string]any(c.GetProps()))
	if props == nil {
		props = map[string]any{}
	}
	c.SetProps(props)
	c.StripActionIntegrations()
	w := &wirePost{
		ID: c.Id, CreateAt: c.CreateAt, UpdateAt: c.UpdateAt, EditAt: c.EditAt, DeleteAt: c.DeleteAt, UserID: c.UserId, ChannelID: c.ChannelId,
		RootID: c.RootId, OriginalID: c.OriginalId, Message: c.Message, Type: c.Type, Props: c.GetProps(), FileIDs: c.FileIds,
		IsPinned: c.IsPinned, PendingPostID: c.PendingPostId, Metadata: &metadata{}, ReplyCount: s.replies(c),
	}
	if len(c.Attachments()) > 0 {
		w.Metadata.Embeds = []map[string]string{{"type": "message_attachment"}}
	}
	for _, id := range c.FileIds {
		if f := s.files[id]; f != nil {
			w.Metadata.Files = append(w.Metadata.Files, f.info)
		}
	}
	return w
}

func (s *Server) replies(p *model.Post) (n int64) {
	root := p.RootId
	if root == "" {
		root = p.Id
	}
	for _, r := range s.posts {
		if r.RootId == root && r.DeleteAt == 0 {
			n++
		}
	}
	return n
}

// clone copies deeply what came from JSON or goes to it.
func clone[T any](v T) (out T) {
	b, err := json.Marshal(v)
	if err == nil {
		err = json.Unmarshal(b, &out)
	}
	if err != nil {
		panic("mattermostfake: no JSON: " + err.Error())
	}
	return out
}

func toJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic("mattermostfake: no JSON: " + err.Error())
	}
	return string(b)
}

type wireChannel struct {
	ID               string  `json:"id"`
	CreateAt         int64   `json:"create_at"`
	UpdateAt         int64   `json:"update_at"`
	DeleteAt         int64   `json:"delete_at"`
	TeamID           string  `json:"team_id"`
	Type             string  `json:"type"`
	DisplayName      string  `json:"display_name"`
	Name             string  `json:"name"`
	Header           string  `json:"header"`
	Purpose          string  `json:"purpose"`
	LastPostAt       int64   `json:"last_post_at"`
	TotalMsgCount    int64   `json:"total_msg_count"`
	ExtraUpdateAt    int64   `json:"extra_update_at"`
	CreatorID        string  `json:"creator_id"`
	SchemeID         *string `json:"scheme_id"`
	Props            any     `json:"props"`
	GroupConstrained *bool   `json:"group_constrained"`
	Shared           *bool   `json:"shared"`
	TotalRoot        int64   `json:"total_msg_count_root"`
	PolicyID         *string `json:"policy_id"`
	LastRootPostAt   int64   `json:"last_root_post_at"`
}

func (c *channel) wire() wireChannel {
	w := wireChannel{
		ID: c.ID, CreateAt: c.Created, UpdateAt: c.Created, TeamID: c.TeamID, Type: c.Kind, DisplayName: c.Display, Name: c.Name,
		LastPostAt: c.LastPost, LastRootPostAt: c.LastPost, TotalMsgCount: c.Total, TotalRoot: c.TotalRoot, CreatorID: c.Creator,
	}
	if c.Kind == "D" {
		w.Shared = new(bool)
	}
	return w
}

type wireUser struct {
	ID                  string            `json:"id"`
	CreateAt            int64             `json:"create_at"`
	UpdateAt            int64             `json:"update_at"`
	DeleteAt            int64             `json:"delete_at"`
	Username            string            `json:"username"`
	AuthData            string            `json:"auth_data"`
	AuthService         string            `json:"auth_service"`
	Email               string            `json:"email"`
	Nickname            string            `json:"nickname"`
	FirstName           string            `json:"first_name"`
	LastName            string            `json:"last_name"`
	Position            string            `json:"position"`
	Roles               string            `json:"roles"`
	Locale              string            `json:"locale"`
	Timezone            map[string]string `json:"timezone"`
	IsBot               bool              `json:"is_bot,omitempty"`
	BotDescription      string            `json:"bot_description,omitempty"`
	DisableWelcomeEmail bool              `json:"disable_welcome_email"`
}

func (u *user) wire() wireUser {
	return wireUser{
		ID: u.ID, CreateAt: u.created, UpdateAt: u.updated, DeleteAt: u.deleted, Username: u.Name, Email: u.Name + "@localhost",
		FirstName: u.first, Roles: u.roles, Locale: u.locale, IsBot: u.isBot, BotDescription: u.about,
		Timezone: map[string]string{"automaticTimezone": "", "manualTimezone": "", "useAutomaticTimezone": "true"},
	}
}
