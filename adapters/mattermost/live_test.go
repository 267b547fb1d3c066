package mattermost_test

import (
	"context"
	"crypto/rand"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"ombra/adapters/mattermost"
	"ombra/adapters/mattermost/mattermostfake"
	"ombra/bot"
	"ombra/bot/bottest"
)

// TestLive is the same suite on a real server, whose address is in OMBRA_MM_URL and a
// system administrator's token in OMBRA_MM_ADMIN_TOKEN. It has to run on this machine,
// or reach it at 127.0.0.1: plain HTTP is taken from nowhere else. What is needed is
// made for each part and removed after it; settings get back the values that they had.
func TestLive(t *testing.T) {
	address, token := os.Getenv("OMBRA_MM_URL"), os.Getenv("OMBRA_MM_ADMIN_TOKEN")
	if address == "" || token == "" {
		t.Skip("OMBRA_MM_URL and OMBRA_MM_ADMIN_TOKEN name no server")
	}
	bottest.Run(t, func(t *testing.T) *bottest.World { t.Helper(); return live(t, address, token, 150*time.Millisecond) })
}

// TestLivePath: what runs on a real server runs on the fake by the same requests, and
// leaves neither accounts nor teams, commands, tokens and changed settings.
func TestLivePath(t *testing.T) {
	t.Parallel()
	fake := mattermostfake.Start(t, mattermostfake.Options{})
	admin := fake.AddUser("root", mattermostfake.SystemAdmin)
	for _, key := range []string{"EnableBotAccountCreation", "EnableUserAccessTokens"} {
		fake.Configure(settingsSection, key, false)
	}
	fake.Configure(settingsSection, "AllowedUntrustedInternalConnections", "10.0.0.0/8")
	before := fake.Left()
	open := func(t *testing.T) *bottest.World { t.Helper(); return live(t, fake.URL(), admin.Token, 4*settled) }
	if isLong() {
		bottest.Run(t, open)
	} else {
		t.Run("the story", func(t *testing.T) { story(t, open(t)) })
	}
	if after := fake.Left(); after != before {
		t.Errorf("before:\n%s\nafter:\n%s", before, after)
	}
}

// isLong reports whether there is time for everything.
func isLong() bool { return os.Getenv("OMBRA_LONG") != "" }

// A site is what is made on a real server for one part of the suite.
type site struct {
	*testing.T
	admin *model.Client4
	url   string
	token string // the administrator's
	tag   string
	quiet time.Duration
	team  *model.Team
	room  *mattermostfake.Server
}

// live is a world on a real server.
func live(t *testing.T, address, token string, quiet time.Duration) *bottest.World {
	t.Helper()
	s := &site{T: t, quiet: quiet, admin: model.NewAPIv4Client(address), url: address, token: token, tag: strings.ToLower(rand.Text()[:8])}
	s.admin.SetToken(token)
	s.settings()
	s.makeTeam()
	s.room = mattermostfake.Away(t, address, s.team, mattermost.Trigger, quiet)
	accounts, ids := map[string]string{}, map[string]string{}
	for _, name := range []string{"anna", "bela", "chris", "staff", "claimant", "plain", "stranger", "sealer"} {
		p := s.person(name)
		if name == "anna" || name == "bela" || name == "chris" {
			accounts[p.Account()], ids[p.ID] = name, name
		}
	}
	a, botID := s.adapter(ids)
	office := bottest.OpenOffice(t, bottest.Settings{Options: func(b *bot.Options) {
		b.Ombudsmen, b.Platforms = accounts, map[string]bot.Platform{"mattermost": a}
	}})
	s.serve(a, office.Bot.Handle)
	s.room.Busy(a.Busy)
	return s.world(office, a, botID)
}

func (s *site) world(office *bottest.Office, a *mattermost.Adapter, botID string) *bottest.World {
	settle := func() { _ = s.room.Settle(s.quiet) }
	greeted := map[string]bool{}
	seat := func(name string) *mattermostfake.Person {
		p := s.room.Seat(name)
		if !greeted[name] {
			greeted[name] = true
			_, _, err := s.room.Client(p.Token).CreateDirectChannel(context.Background(), p.ID, botID)
			s.must("open the conversation", err)
			// It comes over two sockets, at no certain moment: whoever acted before it
			// came would take it for the answer.
			soon(s, "the greeting of "+name, func() bool { return len(p.Direct()) > 0 })
			settle()
		}
		return p
	}
	return &bottest.World{
		Office: office, Seat: func(name string) bottest.Person { return person{Person: seat(name)} }, Settle: settle,
		Means: bottest.Means{
			Via:     bot.Via{Name: "mattermost", Exposed: true},
			Notices: func(name string) []bottest.Screen { return notices(seat(name)) },
			Notify: func(name, key string, st bot.Step) error {
				return a.Tell(context.Background(), mattermost.Account(seat(name).ID), key, st)
			},
			Again: func(name string) error { return person{Person: seat(name)}.again() },
			Reach: func(name, owner, label string) error { return seat(name).Reach(seat(owner), label) },
			Lacks: map[bottest.Ability]string{
				bottest.FormFiles: "dialogs have no files",
				bottest.Covering:  "a real server cannot be told to refuse a trigger",
			},
		},
	}
}

func (s *site) must(what string, err error) {
	s.Helper()
	if err != nil {
		s.Fatalf("%s: %v", what, err)
	}
}

// settings switches on what is needed to make and to remove, and back afterwards.
func (s *site) settings() {
	s.Helper()
	ctx := context.Background()
	cfg, _, err := s.admin.GetConfig(ctx)
	s.must("read the settings", err)
	old := cfg.ServiceSettings
	back, set := &model.Config{}, &model.Config{}
	back.ServiceSettings = model.ServiceSettings{
		EnableBotAccountCreation: old.EnableBotAccountCreation, EnableUserAccessTokens: old.EnableUserAccessTokens,
		EnableAPIUserDeletion: off(old.EnableAPIUserDeletion), EnableAPITeamDeletion: off(old.EnableAPITeamDeletion),
		AllowedUntrustedInternalConnections: old.AllowedUntrustedInternalConnections,
	}
	on, allowed := true, "127.0.0.1"
	if a := old.AllowedUntrustedInternalConnections; a != nil {
		allowed = *a + " " + allowed
	}
	set.ServiceSettings = model.ServiceSettings{
		EnableBotAccountCreation: &on, EnableUserAccessTokens: &on, EnableAPIUserDeletion: &on, EnableAPITeamDeletion: &on,
		AllowedUntrustedInternalConnections: &allowed,
	}
	_, _, err = s.admin.PatchConfig(ctx, set)
	s.must("change the settings", err)
	s.Cleanup(func() {
		_, _, err := s.admin.PatchConfig(ctx, back)
		s.must("change the settings back", err)
	})
}

// off is a setting's value; one that is not there is off.
func off(b *bool) *bool {
	if b == nil {
		b = new(bool)
	}
	return b
}

func (s *site) makeTeam() {
	s.Helper()
	ctx := context.Background()
	var err error
	s.team, _, err = s.admin.CreateTeam(ctx, &model.Team{Name: "ombra-test-" + s.tag, DisplayName: "Ombra test", Type: model.TeamInvite})
	s.must("make a team", err)
	s.Cleanup(func() {
		if _, err := s.admin.PermanentDeleteTeam(ctx, s.team.Id); err != nil {
			_, err = s.admin.SoftDeleteTeam(ctx, s.team.Id)
			s.must("remove the team", err)
		}
	})
}

// person makes an account with a token.
func (s *site) person(name string) mattermostfake.User {
	s.Helper()
	ctx := context.Background()
	account := name + "-" + s.tag
	u, _, err := s.admin.CreateUser(ctx, &model.User{Username: account, Email: account + "@ombra-test.invalid", Password: rand.Text() + "-aA1!"})
	s.must("make an account", err)
	s.removed(u.Id)
	_, _, err = s.admin.AddTeamMember(ctx, s.team.Id, u.Id)
	s.must("join the team", err)
	t, _, err := s.admin.CreateUserAccessToken(ctx, u.Id, "ombra test", 0)
	s.must("make a token", err)
	who := mattermostfake.User{ID: u.Id, Name: name, Token: t.Token}
	s.must("listen", s.room.Join(who, false))
	return who
}

// removed removes an account at the end; one that cannot be removed is switched off.
func (s *site) removed(id string) {
	ctx := context.Background()
	s.Cleanup(func() {
		tokens, _, _ := s.admin.GetUserAccessTokensForUser(ctx, id, 0, 100)
		for _, t := range tokens {
			_, _ = s.admin.RevokeUserAccessToken(ctx, t.Id)
		}
		if _, err := s.admin.PermanentDeleteUser(ctx, id); err != nil {
			_, err = s.admin.UpdateUserActive(ctx, id, false)
			s.must("switch an account off", err)
		}
	})
}

// adapter makes bot, token and slash command as an administrator does: by Setup.
func (s *site) adapter(ombudsmen map[string]string) (*mattermost.Adapter, string) {
	s.Helper()
	o := mattermost.Options{
		URL: s.url, Token: mattermost.NewSecret("none yet"), Slash: mattermost.NewSecret("none yet"), Paths: mattermost.NewSecret(pathSecret),
		Listen: "127.0.0.1:0", Attachments: mattermost.AnyFile, People: ombudsmen,
		Look: 300 * time.Millisecond, Click: time.Millisecond, // nobody here clicks twice by mistake
	}
	probe, err := mattermost.New(o)
	s.must("make an adapter", err)
	s.must("listen", probe.Listen())
	o.Listen = strings.TrimPrefix(probe.Base(), "http://")
	probe.Close()
	made, err := mattermost.Setup(context.Background(), mattermost.SetupOptions{
		URL: s.url, Admin: mattermost.NewSecret(s.token), Bot: "ombra-" + s.tag, Name: "Ombra test", Teams: []string{s.team.Name},
		Public: "http://" + o.Listen, Paths: o.Paths,
	})
	if made.BotID != "" {
		s.removed(made.BotID)
	}
	s.Cleanup(s.removeCommands)
	s.must("set up", err)
	o.Token, o.Slash = made.Token, made.Slash
	a, err := mattermost.New(o)
	s.must("make the adapter", err)
	s.must("listen", a.Listen())
	s.must("know the bot", s.room.Join(mattermostfake.User{ID: made.BotID, Name: "ombra-" + s.tag}, true))
	return a, made.BotID
}

func (s *site) removeCommands() {
	ctx := context.Background()
	list, _, err := s.admin.ListCommands(ctx, s.team.Id, true)
	s.must("list the commands", err)
	for _, c := range list {
		if c.TeamId == s.team.Id {
			_, err := s.admin.DeleteCommand(ctx, c.Id)
			s.must("remove the command", err)
		}
	}
}

func (s *site) serve(a *mattermost.Adapter, h bot.Handler) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- a.Serve(ctx, h) }()
	s.Cleanup(func() {
		cancel()
		s.must("serve", <-done)
	})
}
