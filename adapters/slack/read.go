package slack

import (
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strings"

	"ombra/bot"
)

// An arrival is how something came in. It decides how it may be answered.
type arrival int

const (
	byNothing arrival = iota // nothing to answer, only to acknowledge
	byCommand
	byShortcut
	byViewButton
	byHomeButton
	byMessageButton
	bySubmit
	byClose
	byHome
	byChat
	byMessage
)

// A turn is one thing that a person did, and the ways to answer it.
type turn struct {
	how     arrival
	ev      bot.Event // without From, Recall and the ways to open files
	team    string
	org     string // Enterprise Grid's
	user    string
	channel string // of a message
	trigger string // lives three seconds
	reply   string // response_url
	view    string // id of the modal
	id      string // of an event, to tell a redelivery
	meta    meta   // of the modal
	form    *form  // that was sent
	files   []fileInfo
	again   string // a message to be answered once more, now that there is a trigger
	stray   bool   // a command with something else than a verb after it
}

// A form is what is known of the one that was sent, from its own payload.
type form struct {
	title  string
	values url.Values
	long   []string // what was typed into fields of several lines, in order
}

// meta travels in a modal's private_metadata. Back is the button of the step's
// cover: when the modal is closed, there is nobody else to ask for it.
type meta struct {
	Token bot.Token `json:"t,omitempty"`
	Back  bot.Token `json:"b,omitempty"`
	Label string    `json:"l,omitempty"`
	Lang  string    `json:"g,omitempty"`
}

// The kinds of payloads, as Socket Mode names them.
const (
	kindCommand = "slash_commands"
	kindAction  = "interactive"
	kindEvent   = "events_api"
)

var errPayload = errors.New("slack: a payload could not be read")

// read turns a payload into a turn. Names of users, teams and channels are never
// read. What is not for us is a turn with nothing to answer.
func read(kind string, payload []byte, verbs []string) (turn, error) {
	switch kind {
	case kindCommand:
		return readCommand(payload, verbs)
	case kindAction:
		return readAction(payload, verbs)
	case kindEvent:
		return readEvent(payload)
	}
	return turn{}, errPayload
}

type command struct {
	Team    string `json:"team_id"`
	Org     string `json:"enterprise_id"`
	User    string `json:"user_id"`
	Text    string `json:"text"`
	Trigger string `json:"trigger_id"`
	Reply   string `json:"response_url"`
}

// readCommand takes one word of a command, and only if it is a verb: Slack may
// keep the text, and people must not learn to type there.
func readCommand(payload []byte, verbs []string) (turn, error) {
	var p command
	if json.Unmarshal(payload, &p) != nil || p.User == "" || p.Team == "" {
		return turn{}, errPayload
	}
	t := turn{how: byCommand, team: p.Team, org: p.Org, user: p.User, trigger: p.Trigger, reply: p.Reply}
	switch word := strings.ToLower(strings.TrimSpace(p.Text)); {
	case word == "":
	case slices.Contains(verbs, word):
		t.ev.Verb = word
	default:
		t.stray = true
	}
	return t, nil
}

type action struct {
	Type     string    `json:"type"`
	Team     *named    `json:"team"`
	Org      *named    `json:"enterprise"`
	User     person    `json:"user"`
	Trigger  string    `json:"trigger_id"`
	Reply    string    `json:"response_url"`
	Callback string    `json:"callback_id"`
	Channel  *named    `json:"channel"`
	Actions  []pressed `json:"actions"`
	View     *view     `json:"view"`
}

type named struct {
	ID string `json:"id"`
}

type person struct {
	ID   string `json:"id"`
	Team string `json:"team_id"`
}

type pressed struct {
	Type  string `json:"type"`
	Value string `json:"value"`
}

type view struct {
	ID    string `json:"id"`
	Type  string `json:"type"`
	Meta  string `json:"private_metadata"`
	Title struct {
		Text string `json:"text"`
	} `json:"title"`
	Blocks []struct {
		Type string `json:"type"`
		ID   string `json:"block_id"`
	} `json:"blocks"`
	State struct {
		Values map[string]map[string]input `json:"values"`
	} `json:"state"`
}

type input struct {
	Type    string     `json:"type"`
	Value   *string    `json:"value"`
	Option  *option    `json:"selected_option"`
	Options []option   `json:"selected_options"`
	Date    *string    `json:"selected_date"`
	Files   []fileInfo `json:"files"`
}

type option struct {
	Value string `json:"value"`
}

func (n *named) id() string {
	if n == nil {
		return ""
	}
	return n.ID
}

func readAction(payload []byte, verbs []string) (turn, error) {
	var p action
	if json.Unmarshal(payload, &p) != nil || p.User.ID == "" {
		return turn{}, errPayload
	}
	t := turn{team: p.Team.id(), org: p.Org.id(), user: p.User.ID, trigger: p.Trigger, reply: p.Reply, channel: p.Channel.id()}
	if t.team == "" { // an app of a whole organisation gets none
		t.team = p.User.Team
	}
	if t.team == "" {
		return turn{}, errPayload
	}
	if p.View != nil {
		t.view = p.View.ID
		if p.View.Meta != "" && json.Unmarshal([]byte(p.View.Meta), &t.meta) != nil {
			t.meta = meta{} // edited on the way: the bot finds no token, and says so
		}
	}
	switch {
	case p.Type == "shortcut":
		t.how, t.ev.Verb = byShortcut, known(p.Callback, verbs)
	case p.Type == "block_actions" && len(p.Actions) == 1 && p.Actions[0].Type == "button":
		t.press(p.Actions[0].Value, p.View, verbs)
	case p.Type == "view_submission" && p.View != nil:
		t.submit(p.View)
	case p.Type == "view_closed" && p.View != nil:
		t.how = byClose
	case p.Type == "block_actions": // choosing in a form that is not sent yet
	default:
		return turn{}, errPayload
	}
	return t, nil
}

func known(verb string, verbs []string) string {
	if slices.Contains(verbs, verb) {
		return verb
	}
	return "help"
}

// The kinds of a button's value.
const (
	valueVerb  = "v:"
	valueToken = "t:"
	valueAgain = "r:"
)

func (t *turn) press(value string, v *view, verbs []string) {
	switch {
	case v == nil:
		t.how = byMessageButton
	case v.Type == "home":
		t.how, t.view = byHomeButton, ""
	default:
		t.how = byViewButton
	}
	switch rest := value[min(2, len(value)):]; value[:min(2, len(value))] {
	case valueVerb:
		t.ev.Verb = known(rest, verbs)
	case valueToken:
		t.ev.Token = bot.Token(rest)
	case valueAgain:
		t.again = rest
	default: // not a button of ours: no token opens with it, and the bot says so
		t.ev.Token = "-"
	}
}

func (t *turn) submit(v *view) {
	t.how = bySubmit
	t.ev.Form, t.ev.Token, t.ev.Values = true, t.meta.Token, url.Values{}
	t.form = &form{title: v.Title.Text, values: t.ev.Values}
	long := map[string]bool{}
	for id, actions := range v.State.Values {
		for action, in := range actions {
			t.ev.Values[id] = in.values()
			t.files = append(t.files, in.Files...)
			long[id] = long[id] || strings.Contains(action, longMark)
		}
	}
	for _, b := range v.Blocks {
		if long[b.ID] {
			t.form.long = append(t.form.long, t.ev.Values[b.ID]...)
		}
	}
}

func (in input) values() []string {
	switch {
	case in.Value != nil:
		return []string{*in.Value}
	case in.Date != nil:
		return []string{*in.Date}
	case in.Option != nil:
		return []string{in.Option.Value}
	}
	var list []string
	for _, o := range in.Options {
		list = append(list, o.Value)
	}
	return list
}
