package mattermostfake

import (
	"cmp"
	"slices"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"
)

// SystemAdmin is the role of an administrator.
const SystemAdmin = "system_admin"

// A User is somebody with an account: a person, an administrator or a bot.
type User struct {
	ID, Name string
	// Token is a session's, or a bot's access token.
	Token string
}

// Account is how the adapter names the account.
func (u User) Account() string { return "mattermost:" + u.ID }

type user struct {
	User
	roles    string
	created  int64
	updated  int64
	deleted  int64
	isBot    bool
	owner    string // of a bot
	about    string // of a bot
	first    string
	locale   string
	greeted  bool // a status was sent
	bareNext bool // see Server.Bare
	bareNow  bool
}

func (u *user) admin() bool { return slices.Contains(strings.Fields(u.roles), SystemAdmin) }

type token struct {
	ID, Token, UserID, About string
	Session                  bool // of a person who logged in
}

type channel struct {
	ID, Name, Display, TeamID, Kind, Creator string
	Created, LastPost, Total, TotalRoot      int64
	members                                  []string
}

type file struct {
	info    *model.FileInfo
	content []byte
	text    string // extracted
}

type hook struct { // behind a response_url
	ID, CommandID, UserID, ChannelID, RootID string
	Created                                  int64
	Uses                                     int
}

// state is what a server holds in its database and file store, and its
// connections, which a restart forgets.
type state struct {
	users    map[string]*user
	tokens   map[string]*token
	team     *model.Team            // the first one
	teams    map[string]*model.Team // all, with it
	channels map[string]*channel
	posts    []*model.Post // in order, deleted ones and old versions too
	postByID map[string]*model.Post
	files    map[string]*file
	fileIDs  []string
	commands []*model.Command
	hooks    map[string]*hook
	pending  map[string]pendingPost    // by the id that a client gave it
	drafts   map[string]map[string]any // by user and channel
	config   map[string]any
	role     map[string]any // system_user
	admins   map[string]any // team_admin
	conns    map[string]*conn
	callouts []Callout
	log      strings.Builder
	audit    strings.Builder
	warnings []string // about invalid dialogs
}

func (s *Server) begin() {
	s.state = state{
		users: map[string]*user{}, tokens: map[string]*token{}, channels: map[string]*channel{}, postByID: map[string]*model.Post{},
		files: map[string]*file{}, hooks: map[string]*hook{}, drafts: map[string]map[string]any{}, conns: map[string]*conn{},
		pending: map[string]pendingPost{},
		config:  defaultConfig(),
	}
	now := s.now()
	s.team = &model.Team{Id: model.NewId(), Name: "ops", DisplayName: "ops", Type: model.TeamOpen, CreateAt: now, UpdateAt: now}
	s.teams = map[string]*model.Team{s.team.Id: s.team}
	s.role, s.admins = newRole(everybody, "global_user", now, everybodyMay), newRole(teamAdmin, "team_admin", now, teamAdminMay)
	for _, name := range []string{"town-square", "off-topic"} {
		display := map[string]string{"town-square": "Town Square", "off-topic": "Off-Topic"}[name]
		c := &channel{ID: model.NewId(), Name: name, Display: display, TeamID: s.team.Id, Kind: "O", Created: now, LastPost: now}
		s.channels[c.ID] = c
	}
}

// AddUser makes an account on the team, with a session.
func (s *Server) AddUser(name string, roles ...string) User {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.addUser(name, roles...)
	u.Token = s.addToken(u.ID, "", true).Token
	return u.User
}

func (s *Server) addUser(name string, roles ...string) *user {
	now := s.now()
	u := &user{
		User: User{ID: model.NewId(), Name: name}, created: now, updated: now, locale: "en",
		roles: strings.Join(append([]string{"system_user"}, roles...), " "),
	}
	s.users[u.ID] = u
	for _, c := range s.channels {
		if c.Kind == "O" {
			c.members = append(c.members, u.ID)
		}
	}
	return u
}

// AddBot makes a bot with an access token, as an administrator does.
func (s *Server) AddBot(name string, owner User) User {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.addUser(name)
	u.isBot, u.owner = true, owner.ID
	u.Token = s.addToken(u.ID, "", false).Token
	return u.User
}

func (s *Server) addToken(userID, about string, session bool) *token {
	t := &token{ID: model.NewId(), Token: model.NewId(), UserID: userID, About: about, Session: session}
	s.tokens[t.Token] = t
	return t
}

// AddCommand makes a slash command, as an administrator does.
func (s *Server) AddCommand(by User, trigger, url string) model.Command {
	s.mu.Lock()
	defer s.mu.Unlock()
	return *s.addCommand(by.ID, &model.Command{TeamId: s.team.Id, Trigger: trigger, URL: url, Method: model.CommandMethodPost, AutoComplete: true})
}

// TeamID is the team that everybody is in.
func (s *Server) TeamID() string { return s.team.Id }

// SetLocale is the language that a person chose.
func (s *Server) SetLocale(who User, locale string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.users[who.ID].locale = locale
}

// Deactivate closes an account; with it go the bots that it owns, if
// DisableBotsWhenOwnerIsDeactivated is on, as it is at first.
func (s *Server) Deactivate(who User) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.deactivate(who.ID)
}

func (s *Server) deactivate(id string) {
	bots := s.setting("DisableBotsWhenOwnerIsDeactivated")
	for _, u := range s.users {
		if u.ID == id || bots && u.isBot && u.owner == id {
			u.deleted = s.now()
		}
	}
	for id, c := range s.conns {
		if u := s.users[c.user]; u != nil && u.deleted > 0 {
			c.cut()
			delete(s.conns, id)
		}
	}
}

// SetRoles gives a user other roles.
func (s *Server) SetRoles(who User, roles ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.setRoles(s.users[who.ID], strings.Join(append([]string{"system_user"}, roles...), " "))
}

func (s *Server) setRoles(u *user, roles string) {
	u.roles, u.updated = roles, s.now()
	s.tell(frame{Event: "user_role_updated", Data: map[string]any{"user_id": u.ID, "roles": roles}, Broadcast: broadcast{UserID: u.ID}}, u.ID)
}

func (s *Server) byName(name string) *user {
	for _, u := range s.users {
		if u.Name == strings.ToLower(name) {
			return u
		}
	}
	return nil
}

// sortedUsers lists accounts by name.
func (s *Server) sortedUsers() []*user {
	var all []*user
	for _, u := range s.users {
		all = append(all, u)
	}
	slices.SortFunc(all, func(a, b *user) int { return cmp.Compare(a.Name, b.Name) })
	return all
}

func (c *channel) has(userID string) bool { return slices.Contains(c.members, userID) }

// may reports whether a user may read a channel. An administrator may read every
// one, direct ones too.
func (s *Server) may(u *user, channelID string) bool {
	c := s.channels[channelID]
	return c != nil && (c.has(u.ID) || u.admin())
}

// permits reports whether the role of everybody has a permission.
func (s *Server) permits(permission string) bool {
	list, _ := s.role["permissions"].([]string)
	return slices.Contains(list, permission)
}
