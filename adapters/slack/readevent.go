package slack

import (
	"encoding/json"
	"regexp"
	"strings"

	"ombra/bot"
)

type event struct {
	Type  string `json:"type"`
	Team  string `json:"team_id"`
	Org   string `json:"enterprise_id"`
	ID    string `json:"event_id"`
	Inner struct {
		Type    string          `json:"type"`
		Subtype string          `json:"subtype"`
		User    string          `json:"user"`
		Bot     string          `json:"bot_id"`
		Channel string          `json:"channel"`
		Kind    string          `json:"channel_type"`
		Tab     string          `json:"tab"`
		Text    string          `json:"text"`
		TS      string          `json:"ts"`
		Files   []fileInfo      `json:"files"`
		Blocks  json.RawMessage `json:"blocks"`
	} `json:"event"`
}

// readEvent takes the two events that are for us: the bot's place was opened, and
// something was said in a direct conversation. Our own messages, changes and
// deletions are nothing.
func readEvent(payload []byte) (turn, error) {
	var p event
	if json.Unmarshal(payload, &p) != nil {
		return turn{}, errPayload
	}
	in := p.Inner
	t := turn{team: p.Team, org: p.Org, user: in.User, channel: in.Channel, id: p.ID}
	switch {
	case p.Type != "event_callback":
		return turn{}, errPayload
	case in.User == "" || p.Team == "" || in.Bot != "":
	case in.Type == "app_home_opened" && in.Tab == "home":
		t.how = byHome
	case in.Type == "app_home_opened":
		t.how = byChat
	case in.Type == "message" && in.Kind == "im" && (in.Subtype == "" || in.Subtype == "file_share"):
		t.how, t.files = byMessage, in.Files
		t.ev.Said = &bot.Message{Text: typed(in.Text, in.Blocks), Ref: refOf(in.Channel, in.TS)}
	}
	return t, nil
}

// A reference names a message for the bot, which seals it: conversation and time.
func refOf(channel, ts string) string {
	if ref := channel + ":" + ts; len(ref) <= 64 && refShape.MatchString(ref) {
		return ref
	}
	return ""
}

var refShape = regexp.MustCompile(`^D[A-Z0-9]{2,20}:[0-9]{1,20}\.[0-9]{1,10}$`)

// fromRef is the inverse. A reference may come back from a button's value, where
// anybody's hand may have been on it.
func fromRef(ref string) (channel, ts string, ok bool) {
	if !refShape.MatchString(ref) {
		return "", "", false
	}
	return strings.Cut(ref, ":")
}

// unmangle gives back what was typed: Slack escapes three characters, and puts
// addresses, mentions and channels between pointed brackets.
func unmangle(text string) string {
	text = inBrackets.ReplaceAllStringFunc(text, func(found string) string {
		target, label, named := strings.Cut(found[1:len(found)-1], "|")
		switch target[0] {
		case '@', '#', '!':
			if named {
				return target[:1] + strings.TrimPrefix(label, target[:1])
			}
			return strings.Replace(target, "!", "@", 1)
		}
		if named {
			return label
		}
		return target
	})
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(text)
}

var inBrackets = regexp.MustCompile(`<[^<>\n]+>`)
