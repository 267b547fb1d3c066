package terminal

import (
	"context"
	"testing"

	"ombra/bot"
	"ombra/bot/bottest"
)

// TestSuiteWire: the same events and steps over a socket, one connection for
// everybody.
func TestSuiteWire(t *testing.T) {
	bottest.Run(t, func(t *testing.T) *bottest.World {
		t.Helper()
		var o *bottest.Office
		wire, path, _ := mustServe(t, func(ctx context.Context, ev bot.Event) bot.Step { return o.Bot.Handle(ctx, ev) })
		o = openOffice(t, wire)
		c := mustDial(t, path)
		w := bottest.NewWorld(o, func(account string) *bottest.Direct {
			mustWatch(t, c, account)
			return bottest.NewDirect(account, via, c.Handle)
		})
		told := map[string][]bottest.Screen{}
		w.Via = via
		w.Notices = func(account string) []bottest.Screen {
			mustWatch(t, c, account) // the answer comes behind what was told before
			for {
				select {
				case n := <-c.Notices():
					told[n.Account] = append(told[n.Account], bottest.ScreenOf(n.Step))
				default:
					return told[account]
				}
			}
		}
		w.Notify = func(account, key string, s bot.Step) error { return wire.Tell(t.Context(), Account(account), key, s) }
		return w
	})
}

func mustWatch(t *testing.T, c *Client, account string) {
	t.Helper()
	if err := c.Watch(account); err != nil {
		t.Fatal(err)
	}
}
