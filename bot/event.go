package bot

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/url"
)

// An Event is something a person did. One of Verb, Token, Said is set, or
// none: then the place where the bot lives was opened.
//
// It prints as "[event]" under every verb: it holds what a person typed.
type Event struct {
	From   Account
	Via    Via
	Lang   string     // a hint; a token's language wins
	Verb   string     // typed, picked or pressed
	Token  Token      // of the form that was sent or the button that was pressed
	Form   bool       // Token came with a submitted form, not from a button
	Values url.Values // by Field.ID
	Files  []File     // from the form's file field
	Said   *Message   // a direct message that is no verb
	// Recall fetches an earlier message of the same account from the platform,
	// by the Ref that its Message carried. Nil where the platform keeps none.
	Recall func(ctx context.Context, ref string) (*Message, error)
}

// Via says what the event came through. It chooses the words of law 7, and
// whether forms are offered that are about a file and nothing else.
type Via struct {
	Name    string // catalog key of the platform: "terminal", "slack", "mattermost"
	Exposed bool   // what was typed is already kept by the platform as a message
	Files   bool   // forms take files there
}

// A Message is what somebody said in the direct conversation with the bot.
type Message struct {
	Text  string
	Files []File
	Ref   string // the adapter's own name for the message, at most 64 bytes; empty: cannot be recalled
}

// A File is a lazy stream, in either direction. Open may be called again.
// Size is what the platform says; whoever reads checks it.
type File struct {
	Name string
	Size int64
	Open func(context.Context) (io.ReadCloser, error)
}

// An Account is a person's account on a platform, minted by an adapter and
// readable only inside this package: to bind tokens, to look up a role, to
// throttle. It prints as "[account]" under every verb, in slog and in JSON;
// the name sits in a closure because fmt reaches into unexported fields.
type Account struct{ reveal func() string }

// NewAccount mints an account from an adapter's own unique text, which names
// the platform and the workspace too: "slack:T1/U1".
func NewAccount(text string) Account { return Account{reveal: func() string { return text }} }

// Reveal gives the text back to the adapter that minted it, to reach the
// person. Nobody else has a use for it.
func (a Account) Reveal() string {
	if a.reveal == nil {
		return ""
	}
	return a.reveal()
}

func (Account) String() string               { return "[account]" }
func (Account) GoString() string             { return "[account]" }
func (Account) Format(s fmt.State, _ rune)   { _, _ = io.WriteString(s, "[account]") }
func (Account) LogValue() slog.Value         { return slog.StringValue("[account]") }
func (Account) MarshalText() ([]byte, error) { return []byte("[account]"), nil }

func (Event) String() string               { return "[event]" }
func (Event) GoString() string             { return "[event]" }
func (Event) Format(s fmt.State, _ rune)   { _, _ = io.WriteString(s, "[event]") }
func (Event) LogValue() slog.Value         { return slog.StringValue("[event]") }
func (Event) MarshalJSON() ([]byte, error) { return []byte(`"[event]"`), nil }

func (Message) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, "[message]") }
func (Message) LogValue() slog.Value       { return slog.StringValue("[message]") }

// A Handler answers an event. It never fails: what went wrong is a step too.
// The zero Step means there is nothing to show.
type Handler func(context.Context, Event) Step
