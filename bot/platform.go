package bot

import (
	"context"
	"time"
)

// A Platform reaches people who did not just ask.
type Platform interface {
	// Tell shows a Kept step to an account. key names the notice: the platform
	// tells a key once, as far as it can. Failures are *Undelivered.
	Tell(ctx context.Context, to Account, key string, s Step) error
	// Check looks for what can be wrong with the platform's set-up.
	Check(ctx context.Context) []Finding
}

// A Finding is one thing that is wrong, with its mend. It names no person
// other than the office's own ombudsmen.
type Finding struct{ What, Mend string }

// Undelivered says that a notice did not arrive.
type Undelivered struct { //nolint:errname // reads as a fact where it is met: *bot.Undelivered
	After time.Duration // try again no sooner than this; zero: the sender's own pace
	Gone  bool          // the account does not exist any more: do not try again
}

func (u *Undelivered) Error() string {
	if u.Gone {
		return "the account cannot be reached any more"
	}
	return "the platform did not take the notice"
}
