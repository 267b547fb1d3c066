package mattermost_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"

	"ombra/adapters/mattermost"
	"ombra/adapters/mattermost/mattermostfake"
	"ombra/bot"
	"ombra/bot/bottest"
)

const settingsSection = "ServiceSettings"

// TestSetup: an administrator's token makes all that is needed, once; then the bot
// can be served with what was made.
func TestSetup(t *testing.T) {
	t.Parallel()
	s := mattermostfake.Start(t, mattermostfake.Options{})
	admin := s.AddUser("root", mattermostfake.SystemAdmin)
	for _, key := range []string{"EnableBotAccountCreation", "EnableUserAccessTokens"} {
		s.Configure(settingsSection, key, true)
	}
	s.Configure(settingsSection, "DisableBotsWhenOwnerIsDeactivated", false)
	s.Configure(settingsSection, "AllowedUntrustedInternalConnections", "127.0.0.1")
	o := mattermost.SetupOptions{
		URL: s.URL(), Admin: mattermost.NewSecret(admin.Token), Bot: "ombra", Name: "The Office", Public: "http://127.0.0.1:9/mm", Paths: mattermost.NewSecret(pathSecret),
	}
	made, err := mattermost.Setup(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	if !made.Token.Has() || !made.Slash.Has() || made.BotID == "" || made.Owner != admin.ID || len(made.Changed) != 3 {
		t.Errorf("made %v, %q", made.BotID, made.Changed)
	}
	if strings.Contains(strings.Join(made.Changed, " "), made.Token.Reveal()) {
		t.Error("what is printed has the token in it")
	}
	o.Token = made.Token
	again, err := mattermost.Setup(context.Background(), o)
	if err != nil || len(again.Changed) > 0 || again.Token.Has() || again.Slash.Reveal() != made.Slash.Reveal() {
		t.Errorf("again: %q, %v", again.Changed, err)
	}
	o.Public = "http://127.0.0.1:10/mm"
	moved, err := mattermost.Setup(context.Background(), o)
	if err != nil || len(moved.Changed) != 1 || !strings.Contains(moved.Changed[0], "pointed") {
		t.Errorf("another address: %q, %v", moved.Changed, err)
	}
	other := s.AddUser("other", mattermostfake.SystemAdmin)
	o.Admin = mattermost.NewSecret(other.Token)
	for _, dies := range []bool{false, true} {
		s.Configure(settingsSection, "DisableBotsWhenOwnerIsDeactivated", dies)
		s.Deactivate(admin)
		left, err := mattermost.Setup(context.Background(), o)
		again := slices.Contains(left.Changed, "switched the bot @ombra on again")
		if err != nil || !found(left.Found, "owns the bot") || again != dies || left.Owner != admin.ID {
			t.Errorf("the owner left, dies %v: %q, %+v, %v", dies, left.Changed, left.Found, err)
		}
	}
}

// TestSetupFinds what must be on, and refuses who may not.
func TestSetupFinds(t *testing.T) {
	s := mattermostfake.Start(t, mattermostfake.Options{})
	admin, user := s.AddUser("root", mattermostfake.SystemAdmin), s.AddUser("user")
	o := mattermost.SetupOptions{
		URL: s.URL(), Admin: mattermost.NewSecret(user.Token), Bot: "ombra", Name: "The Office", Public: "http://127.0.0.1:9", Paths: mattermost.NewSecret(pathSecret),
	}
	if _, err := mattermost.Setup(context.Background(), o); err == nil || !strings.Contains(err.Error(), "not a system administrator") {
		t.Errorf("a person's token: %v", err)
	}
	o.Admin = mattermost.NewSecret(admin.Token)
	for _, key := range []string{"EnableBotAccountCreation", "EnableUserAccessTokens"} {
		s.Configure(settingsSection, key, false)
	}
	s.Configure(settingsSection, "DisableBotsWhenOwnerIsDeactivated", true)
	s.Configure(settingsSection, "AllowedUntrustedInternalConnections", "10.0.0.0/8")
	made, err := mattermost.Setup(context.Background(), o)
	if err == nil {
		t.Error("a bot was made where none may be")
	}
	all := ""
	for _, f := range made.Found {
		all += f.What + "\n"
	}
	for _, want := range []string{"EnableBotAccountCreation", "EnableUserAccessTokens", "DisableBotsWhenOwnerIsDeactivated", "AllowedUntrustedInternalConnections"} {
		if !strings.Contains(all, want) {
			t.Errorf("nothing is said about %s: %s", want, all)
		}
	}
	o.URL = "http://chat.example.org"
	if _, err := mattermost.Setup(context.Background(), o); err == nil {
		t.Error("a token was sent over plain HTTP")
	}
}

func found(list []bot.Finding, words string) bool {
	return slices.ContainsFunc(list, func(f bot.Finding) bool { return strings.Contains(f.What, words) })
}

// TestCheck: an office where all is well has no findings; each thing that goes wrong
// has one of its own.
func TestCheck(t *testing.T) {
	t.Parallel()
	r := newRoom(t, mattermostfake.Options{}, bottest.Settings{})
	check := func() []bot.Finding { return r.a.Check(context.Background()) }
	if list := check(); len(list) > 0 {
		t.Fatalf("findings in an office where all is well: %+v", list)
	}
	r.fake.Configure(settingsSection, "AllowedUntrustedInternalConnections", "")
	if list := check(); !found(list, "does not reach the callbacks") {
		t.Errorf("the server cannot call: %+v", list)
	}
	r.fake.Configure(settingsSection, "AllowedUntrustedInternalConnections", "127.0.0.1")
	r.fake.Fail(mattermostfake.Fault{On: "POST /api/v4/posts", Status: http.StatusForbidden})
	if list := check(); !found(list, "could not be tried") {
		t.Errorf("nothing is said of what could not be tried: %+v", list)
	}
	r.fake.Deactivate(r.fake.Seat("bela").User)
	if list := check(); !found(list, "bela has no account") || found(list, "anna") {
		t.Errorf("an ombudsman left: %+v", list)
	}
	owned := r.owned(t)
	if list := owned.Check(context.Background()); found(list, "owns the bot") {
		t.Errorf("the owner is there: %+v", list)
	}
	r.fake.Configure(settingsSection, "DisableBotsWhenOwnerIsDeactivated", false)
	r.fake.Deactivate(r.admin)
	if list := owned.Check(context.Background()); !found(list, "owns the bot") || found(list, "refuses") {
		t.Errorf("the owner left, and the bot lives on: %+v", list)
	}
	r.fake.Configure(settingsSection, "DisableBotsWhenOwnerIsDeactivated", true)
	r.fake.Deactivate(r.admin) // and the bot with it
	if list := check(); !found(list, "refuses the bot's token") {
		t.Errorf("the bot is switched off: %+v", list)
	}
}

// owned is an adapter of an office that knows who owns the bot.
func (r *room) owned(t *testing.T) *mattermost.Adapter {
	t.Helper()
	o := r.o
	o.Owner = r.admin.ID
	a, err := mattermost.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestOptionsAreRefused(t *testing.T) {
	good := mattermost.Options{
		URL: "https://chat.example", Token: mattermost.NewSecret("t"), Slash: mattermost.NewSecret("s"), Paths: mattermost.NewSecret(pathSecret), Listen: "127.0.0.1:0",
	}
	for what, change := range map[string]func(*mattermost.Options){
		"plain http to the server":       func(o *mattermost.Options) { o.URL = "http://chat.example" },
		"plain http to the callbacks":    func(o *mattermost.Options) { o.Public = "http://ombra.example" },
		"a name and password in it":      func(o *mattermost.Options) { o.URL = "https://a:b@chat.example" },
		"plain http from everywhere":     func(o *mattermost.Options) { o.Listen = "0.0.0.0:0" },
		"from everywhere, by name":       func(o *mattermost.Options) { o.Listen = ":0" },
		"no token":                       func(o *mattermost.Options) { o.Token = mattermost.Secret{} },
		"no slash token":                 func(o *mattermost.Options) { o.Slash = mattermost.Secret{} },
		"a short secret of the callback": func(o *mattermost.Options) { o.Paths = mattermost.NewSecret("short") },
		"half a certificate":             func(o *mattermost.Options) { o.CertFile = "x" },
		"other attachments":              func(o *mattermost.Options) { o.Attachments = "some" },
		"a certificate, and no sources":  func(o *mattermost.Options) { o.Listen, o.CertFile, o.KeyFile = "0.0.0.0:0", "x", "y" },
	} {
		o := good
		change(&o)
		if _, err := mattermost.New(o); err == nil {
			t.Errorf("%s is taken", what)
		}
	}
	if _, err := mattermost.New(good); err != nil {
		t.Errorf("the control is refused: %v", err)
	}
}

// TestAttackTeamAdminReadsTheToken: by default whoever administrates a team may read
// the token of /ombra, and with it type as an ombudsman. The set-up says who may, by
// which permission, and says nothing any more when it was taken from them.
func TestAttackTeamAdminReadsTheToken(t *testing.T) {
	t.Parallel()
	s := mattermostfake.Start(t, mattermostfake.Options{})
	admin := s.AddUser("root", mattermostfake.SystemAdmin)
	o := mattermost.SetupOptions{
		URL: s.URL(), Admin: mattermost.NewSecret(admin.Token), Bot: "ombra", Name: "The Office", Public: "http://127.0.0.1:9", Paths: mattermost.NewSecret(pathSecret),
	}
	setup := func() []bot.Finding {
		t.Helper()
		made, err := mattermost.Setup(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		o.Token = made.Token
		return slices.DeleteFunc(made.Found, func(f bot.Finding) bool { return !strings.Contains(f.What, "slash commands") })
	}
	list := setup()
	if len(list) != 1 || !found(list, "role team_admin may") || !strings.Contains(list[0].Mend, "mmctl permissions remove team_admin manage_slash_commands manage_others_slash_commands") {
		t.Errorf("as servers come: %+v", list)
	}
	s.SetPermissions("team_admin", "manage_team", "manage_own_slash_commands") // their own are their own
	if list := setup(); len(list) != 0 {
		t.Errorf("taken from them: %+v", list)
	}
	s.SetPermissions("system_user", "manage_others_slash_commands")
	if list := setup(); len(list) != 1 || !found(list, "role system_user may") {
		t.Errorf("everybody may: %+v", list)
	}
	s.Fail(mattermostfake.Fault{On: "GET /api/v4/roles", Status: http.StatusNotFound})
	if list := setup(); !found(list, "could not be seen") {
		t.Errorf("the server does not tell: %+v", list)
	}
	s.Configure(settingsSection, "EnableCommands", false)
	if made, err := mattermost.Setup(t.Context(), o); err != nil || !found(made.Found, "EnableCommands is off") {
		t.Errorf("commands are off: %+v, %v", made.Found, err)
	}
}

// TestSetupOfOneTeam: a team that is added later takes nothing from the others; and
// a server that does not answer is no reason for a second token.
func TestSetupOfOneTeam(t *testing.T) {
	t.Parallel()
	s := mattermostfake.Start(t, mattermostfake.Options{})
	admin := s.AddUser("root", mattermostfake.SystemAdmin)
	for _, key := range []string{"EnableBotAccountCreation", "EnableUserAccessTokens"} {
		s.Configure(settingsSection, key, true)
	}
	o := mattermost.SetupOptions{
		URL: s.URL(), Admin: mattermost.NewSecret(admin.Token), Bot: "ombra", Name: "The Office", Public: "http://127.0.0.1:9", Paths: mattermost.NewSecret(pathSecret),
	}
	first, err := mattermost.Setup(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	o.Token, o.Teams = first.Token, []string{"second"}
	if made, err := mattermost.Setup(t.Context(), o); err == nil || made.Slash.Has() {
		t.Errorf("there is no such team: %v", err)
	}
	if _, _, err := s.Client(admin.Token).CreateTeam(t.Context(), &model.Team{Name: "second", DisplayName: "Second", Type: model.TeamOpen}); err != nil {
		t.Fatal(err)
	}
	both, err := mattermost.Setup(t.Context(), o)
	if err != nil || strings.Count(both.Slash.Reveal(), "\n") != 1 || !strings.Contains(both.Slash.Reveal(), first.Slash.Reveal()) {
		t.Errorf("the first team's token is gone: %v, %q", err, both.Changed)
	}
	s.Fail(mattermostfake.Fault{On: "GET /api/v4/users/me", Status: http.StatusBadGateway, Times: -1})
	if made, err := mattermost.Setup(t.Context(), o); err == nil || made.Token.Has() {
		t.Errorf("another token was made: %v, %q", err, made.Changed)
	}
}
