package mattermost

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"ombra/bot"
)

// How something arrived decides how it may be answered.
type arrival int

const (
	bySlash arrival = iota
	byPress
	bySubmit
	byWord // said in the direct conversation
)

// A turn is one thing that somebody did, read and checked, with the means to
// answer it.
type turn struct {
	by            arrival
	user, channel string
	trigger       string // proof that the server means this user; opens one dialog
	event         bot.Event
	old           bot.Token // the token that the dialog still holds, where event has its renewal
	shape         string    // of the form that the dialog shows
	replay        string    // a sealed value whose press does the same again, where that is harmless
	served        string    // the id of the bot's own post that was pressed and has served
	sealed        bool      // what was pressed is sealed for this user: by the bot, or by the box
	foreign       bool      // a form that this user was never shown
}

var (
	idShape   = regexp.MustCompile(`^[a-z0-9]{26}$`)
	verbShape = regexp.MustCompile(`^[a-z]{1,20}$`)
)

// chosen: one of the buttons of a card that is shown as a dialog.
func (t turn) chosen() bool { return t.by == bySubmit && t.shape == "" }

// via is what the event came through. A direct message stands in the server's
// database when it arrives here; a dialog's words never do.
func (t turn) via() bot.Via { return bot.Via{Name: "mattermost", Exposed: t.event.Said != nil} }

// readSlash reads what the slash command sends. Only this one is signed: with the
// command's token.
func (a *Adapter) readSlash(r *http.Request, body []byte) (t turn, ok bool) {
	form, err := url.ParseQuery(string(body))
	if err != nil || len(body) > maxSlash {
		return t, false
	}
	good := sameSecret(form.Get("token"), a.o.Slash)
	if head := r.Header.Get("Authorization"); head != "" {
		good = sameSecret(strings.TrimPrefix(head, "Token "), a.o.Slash) && good
	}
	t = turn{by: bySlash, user: form.Get("user_id"), channel: form.Get("channel_id"), trigger: form.Get("trigger_id")}
	if !good || !idShape.MatchString(t.user) || !idShape.MatchString(t.channel) {
		return turn{}, false
	}
	if !made(t.trigger, t.user) {
		t.trigger = ""
	}
	if id := hookID(form.Get("response_url")); id != "" {
		a.pocket.put(t.user, id, t.channel)
	}
	t.event = bot.Event{Verb: verb(form.Get("text"))}
	return t, true
}

// verb takes the first word after the command. Whatever follows is dropped here: it
// was never asked for, and is answered nowhere.
func verb(text string) string {
	words := strings.Fields(text)
	if len(words) == 0 {
		return ""
	}
	if verb := strings.ToLower(words[0]); verbShape.MatchString(verb) {
		return verb
	}
	return "help"
}

// sameSecret compares with each line of a secret, in a time that says nothing of
// either: a command has another token in each team.
func sameSecret(given string, s Secret) bool {
	x, same := sha256.Sum256([]byte(given)), false
	for line := range strings.Lines(s.Reveal()) {
		y := sha256.Sum256([]byte(strings.TrimSpace(line)))
		same = hmac.Equal(x[:], y[:]) && strings.TrimSpace(line) != "" || same
	}
	return same
}

// hookID takes the id out of a response_url. The rest is not believed: answers go
// to the server that is configured, and nowhere else.
func hookID(address string) string {
	_, id, _ := strings.Cut(address, "/hooks/commands/")
	if !idShape.MatchString(id) {
		return ""
	}
	return id
}

// made tells whether a trigger was made for this user. It names him in the clear,
// and the server verifies its signature when a dialog is opened with it, so a
// dialog reaches that user or nobody.
func made(trigger, user string) bool {
	if len(trigger) > 1000 {
		return false
	}
	text, err := base64.StdEncoding.DecodeString(trigger)
	if err != nil {
		return false
	}
	parts := strings.Split(string(text), ":")
	return len(parts) == 4 && parts[1] == user
}

// press is what a button carries: one of its values.
type press struct {
	Verb   string `json:"v,omitempty"`
	Token  string `json:"t,omitempty"`
	Replay string `json:"r,omitempty"`
	Serves string `json:"s,omitempty"` // the post it stands on has served when it is pressed
	Ping   string `json:"p,omitempty"`
	Mark   string `json:"m,omitempty"` // that the bot drew it for this user
}

// what is the button's own part, as it is marked.
func (p press) what() string { return "v:" + p.Verb + " t:" + p.Token + " r:" + p.Replay }

// readPress reads a button. It is not signed, so it counts only with the mark that
// the bot drew it for this user: else a stranger could use up the patience with
// which that user is heard. That the user pressed it now, only the trigger proves.
func (a *Adapter) readPress(_ *http.Request, body []byte) (t turn, ok bool) {
	var in struct {
		User    string `json:"user_id"`
		Channel string `json:"channel_id"`
		Post    string `json:"post_id"`
		Trigger string `json:"trigger_id"`
		Context press  `json:"context"`
	}
	if json.Unmarshal(body, &in) != nil || !idShape.MatchString(in.User) || !idShape.MatchString(in.Channel) {
		return t, false
	}
	if !made(in.Trigger, in.User) {
		return t, false
	}
	p := in.Context
	t = turn{by: byPress, user: in.User, channel: in.Channel, trigger: in.Trigger}
	if _, sealed := a.box.open(t.user, "serves", p.Serves); sealed && idShape.MatchString(in.Post) {
		t.served = in.Post
	}
	switch {
	case p.Ping != "": // Check has pressed, and nobody is to be answered
		a.ponged(p.Ping)
		return turn{}, false
	case !a.box.marked(p.Mark, t.user, "press", p.what()):
		return turn{}, false
	case p.Verb != "" && verbShape.MatchString(p.Verb):
		t.event, t.replay = bot.Event{Verb: p.Verb}, a.box.seal(t.user, "verb", p.Verb)
	case p.Token != "" && len(p.Token) <= 1500:
		t.event, t.sealed = bot.Event{Token: bot.Token(p.Token)}, true
	case p.Replay != "":
		return a.replayed(t, p.Replay)
	default:
		return turn{}, false
	}
	return t, true
}

// replayed does again what a cover stands for.
func (a *Adapter) replayed(t turn, sealed string) (turn, bool) {
	if verb, ok := a.box.open(t.user, "verb", sealed); ok {
		t.event, t.sealed = bot.Event{Verb: verb}, true
		return t, true
	}
	t.replay = sealed
	if id, ok := a.box.open(t.user, "said", sealed); ok {
		t.sealed = true
		t.event = bot.Event{Said: &bot.Message{Ref: id}} // fetched when it is answered
		return t, true
	}
	t.event = bot.Event{Token: "-"} // of another day or process: the bot has the words for it
	return t, true
}

// NextElement is the element of a card that is shown as a dialog: its buttons.
const NextElement = "buttons"

// BoxSign joins field and option in the name of a box.
const BoxSign = "="

// What one submission may hold. A longer one is no form of ours.
const (
	maxElements = 2000
	maxName     = 200
)

// readSubmit reads a dialog. Nothing in it is signed but what is sealed: the token
// in its state.
func (a *Adapter) readSubmit(_ *http.Request, body []byte) (t turn, ok bool) {
	var in struct {
		User      string         `json:"user_id"`
		Channel   string         `json:"channel_id"`
		State     string         `json:"state"`
		Callback  string         `json:"callback_id"`
		Cancelled bool           `json:"cancelled"`
		Values    map[string]any `json:"submission"`
	}
	if json.Unmarshal(body, &in) != nil || in.Cancelled || !idShape.MatchString(in.User) || len(in.Values) > maxElements {
		return t, false
	}
	t = turn{by: bySubmit, user: in.User, channel: in.Channel}
	if next, isCard := in.Values[NextElement]; isCard {
		choice, _ := next.(string)
		return a.readNext(t, in.State, choice)
	}
	shape, mark, _ := strings.Cut(in.Callback, ".")
	if in.State == "" || len(in.State) > 1500 || shape == "" || len(in.Callback) > 64 {
		return t, false
	}
	values, ok := valuesOf(in.Values)
	t.old, t.shape = bot.Token(in.State), shape
	t.foreign = !a.box.marked(mark, t.user, "form", shape, in.State)
	t.event = bot.Event{Token: a.renewals.of(t.user, t.old), Form: true, Values: values}
	return t, ok
}

// readNext reads which button of a card was chosen. The card's state is sealed for
// the account, so that nobody chooses in another's name.
func (a *Adapter) readNext(t turn, state, choice string) (turn, bool) {
	if _, sealed := a.box.open(t.user, "card", state); !sealed {
		return turn{}, false
	}
	kind, value, _ := strings.Cut(choice, ":")
	switch {
	case kind == "v" && verbShape.MatchString(value):
		t.event, t.replay = bot.Event{Verb: value}, a.box.seal(t.user, "verb", value)
	case kind == "t" && value != "" && len(value) <= 1500:
		t.event = bot.Event{Token: bot.Token(value)}
	default:
		return turn{}, false
	}
	return t, true
}

// valuesOf takes the values of a form: texts, and boxes that are ticked.
func valuesOf(in map[string]any) (url.Values, bool) {
	names := make([]string, 0, len(in))
	for name := range in {
		names = append(names, name)
	}
	slices.Sort(names)
	values := url.Values{}
	for _, name := range names {
		if name == "" || len(name) > maxName || !utf8.ValidString(name) {
			return nil, false
		}
		id, option, isBox := strings.Cut(name, BoxSign)
		switch v := in[name].(type) {
		case string:
			if isBox && v == "true" {
				values.Add(id, option)
			} else if !isBox && v != "" {
				values.Add(id, v)
			}
		case bool:
			if isBox && v {
				values.Add(id, option)
			}
		case nil:
		default:
			return nil, false
		}
	}
	return values, true
}

// fill completes an event with what every one has.
func (a *Adapter) fill(ctx context.Context, t *turn) {
	t.event.From, t.event.Via, t.event.Lang = Account(t.user), t.via(), a.lang(ctx, t.user)
	user := t.user
	t.event.Recall = func(ctx context.Context, ref string) (*bot.Message, error) { return a.recall(ctx, user, ref) }
}
