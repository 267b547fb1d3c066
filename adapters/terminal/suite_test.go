package terminal

import (
	"testing"

	"ombra/bot"
	"ombra/bot/bottest"
)

// TestSuiteTyped: people who type at terminals in one hall.
func TestSuiteTyped(t *testing.T) {
	bottest.Run(t, func(t *testing.T) *bottest.World {
		t.Helper()
		hall, seats := NewHall(), map[string]*typist{}
		o := openOffice(t, hall)
		at := func(account string) *typist {
			if seats[account] == nil {
				seats[account] = newTypist(t, Options{Account: account, Verbs: o.Bot.Verbs(), Hall: hall}, o.Bot.Handle)
			}
			return seats[account]
		}
		return &bottest.World{Office: o, Seat: func(account string) bottest.Person { return at(account) }, Means: bottest.Means{
			Via:     via,
			Notices: func(account string) []bottest.Screen { return at(account).notices() },
			Notify: func(account, key string, s bot.Step) error {
				return hall.Tell(t.Context(), Account(account), key, s)
			},
			Lacks: map[bottest.Ability]string{
				bottest.Covering:  "whatever is shown at a terminal is private",
				bottest.Reaching:  "the buttons of another terminal cannot be pressed",
				bottest.Repeating: "a line is typed once, and a new screen has new buttons",
			},
		}}
	})
}

func openOffice(t *testing.T, p bot.Platform) *bottest.Office {
	t.Helper()
	return bottest.OpenOffice(t, bottest.Settings{
		Platforms: []string{"terminal"}, Options: func(o *bot.Options) { o.Platforms = map[string]bot.Platform{"terminal": p} },
	})
}
