package slack

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/slack-go/slack"

	"ombra/bot"
)

// A fault is what an error of the SDK becomes. Those quote addresses, which hold
// tokens and ids, so nothing of them is kept but a code that is known here.
type fault struct {
	code  string        // of codes, or "other"
	after time.Duration // as Slack asked
	again bool          // trying again may help
	maybe bool          // it may have been done all the same
}

func (f *fault) Error() string { return "slack: " + f.code }

// codes are what Slack says that something here depends on.
var codes = []string{
	"not_found", "view_not_found", "expired_trigger_id", "exchanged_trigger_id", "invalid_trigger_id", "trigger_expired", "trigger_exchanged",
	"hash_conflict", "channel_not_found", "user_not_found", "users_not_found", "user_disabled", "user_not_visible", "cannot_dm_bot",
	"is_archived", "messages_tab_disabled", "account_inactive", "invalid_auth", "not_authed", "token_revoked", "token_expired",
	"missing_scope", "not_allowed_token_type", "message_not_found", "user_not_in_channel",
}

// passing are the codes of a moment's trouble.
var passing = []string{"internal_error", "fatal_error", "service_unavailable", "team_added_to_org", "request_timeout", "ratelimited", "hash_conflict"}

// faultOf reads an error of the SDK, and forgets it.
func faultOf(err error) *fault {
	var limited *slack.RateLimitedError
	var status slack.StatusCodeError
	var said slack.SlackErrorResponse
	var ours *fault
	switch {
	case err == nil:
		return nil
	case errors.As(err, &ours):
		return ours
	case errors.Is(err, errFile):
		return &fault{code: "file"}
	case errors.As(err, &limited):
		return &fault{code: "ratelimited", after: limited.RetryAfter, again: true}
	case errors.As(err, &status):
		return &fault{code: "server", again: status.Code >= 500, maybe: status.Code >= 500}
	case errors.As(err, &said):
		if slices.Contains(passing, said.Err) {
			return &fault{code: "server", again: true, maybe: said.Err != "ratelimited"}
		}
		if slices.Contains(codes, said.Err) {
			return &fault{code: said.Err}
		}
		return &fault{code: "other"}
	}
	return &fault{code: "unreachable", again: true, maybe: true}
}

// callTime bounds one call. A trigger lives three seconds.
const callTime = 2500 * time.Millisecond

// call makes a call of the Web API, and makes it again after a passing fault, as
// long as ctx lasts. Its error is always a *fault.
func (a *Adapter) call(ctx context.Context, f func(context.Context) error) error {
	return calls(ctx, manner{tries: 4}, f)
}

// A manner is how a call is made again.
type manner struct {
	tries int
	// Careful calls do what must not be done twice: they are made again only if
	// the first was surely not heard.
	careful bool
}

func calls(ctx context.Context, how manner, f func(context.Context) error) error {
	maybe := false
	for wait := 100 * time.Millisecond; ; wait *= 3 {
		err := func() error {
			ctx, cancel := context.WithTimeout(ctx, callTime)
			defer cancel()
			return f(ctx)
		}()
		fault := faultOf(err)
		if fault == nil {
			return nil
		}
		maybe = maybe || fault.maybe
		fault.maybe = maybe
		how.tries--
		if !fault.again || how.tries <= 0 || how.careful && maybe {
			return fault
		}
		if !pause(ctx, max(wait, fault.after)) {
			return fault
		}
	}
}

// statusFault reads the answer of a server that speaks HTTP alone.
func statusFault(r *http.Response) *fault {
	f := &fault{code: "server", again: r.StatusCode >= 500, maybe: r.StatusCode >= 500}
	if r.StatusCode == http.StatusTooManyRequests {
		s, _ := strconv.Atoi(r.Header.Get("Retry-After"))
		f.code, f.again, f.after = "ratelimited", true, time.Duration(min(max(s, 1), 3600))*time.Second
	}
	return f
}

// pause waits, unless ctx ends before the wait would.
func pause(ctx context.Context, d time.Duration) bool {
	if end, ok := ctx.Deadline(); ok && time.Until(end) < d {
		return false
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// is tells whether an error is a fault of one of some codes.
func is(err error, codes ...string) bool {
	var f *fault
	return errors.As(err, &f) && slices.Contains(codes, f.code)
}

// gone: whoever it was meant for is not there any more.
func gone(err error) bool {
	return is(err, "user_not_found", "users_not_found", "user_disabled", "cannot_dm_bot", "user_not_visible", "is_archived")
}

// undelivered is what [bot.Platform] wants to hear.
func undelivered(err error) error {
	var f *fault
	if !errors.As(err, &f) {
		return &bot.Undelivered{}
	}
	return &bot.Undelivered{After: f.after, Gone: gone(f)}
}
