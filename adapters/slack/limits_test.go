package slack

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"ombra/adapters/slack/slackfake"
	"ombra/bot"
	"ombra/bot/say"
)

func drawn(tb testing.TB) *Adapter {
	tb.Helper()
	a, err := New(Options{BotToken: Hide("x"), AppToken: Hide("x"), Attachments: AnyFile})
	if err != nil {
		tb.Fatal(err)
	}
	return a
}

// holds draws a step in every way, and holds it to Slack's limits.
func holds(tb testing.TB, a *Adapter, name string, s bot.Step) {
	tb.Helper()
	modal, err := json.Marshal(a.modal(s))
	if err != nil {
		tb.Fatal(err)
	}
	if wrong := slackfake.CheckView(modal); len(wrong) > 0 || len(modal) > 250_000 {
		tb.Errorf("%s: a modal of %d bytes: %q", name, len(modal), wrong)
	}
	if s.IsForm() {
		return
	}
	home, err := json.Marshal(a.home(s))
	if err != nil {
		tb.Fatal(err)
	}
	if wrong := slackfake.CheckView(home); len(wrong) > 0 {
		tb.Errorf("%s: the Home tab: %q", name, wrong)
	}
	card, err := json.Marshal(a.card(s))
	if err != nil {
		tb.Fatal(err)
	}
	if wrong := slackfake.CheckBlocks("message", card); len(wrong) > 0 {
		tb.Errorf("%s: a message: %q", name, wrong)
	}
}

func fill(n int, of string) string { return string([]rune(strings.Repeat(of, n))[:n]) }

// full is a step with as much as the bot may put into one.
func full(of string, quote, form bool) bot.Step {
	token := bot.Token(strings.Repeat("t", 1500))
	s := bot.Step{Title: fill(bot.MaxTitle, of), Text: fill(bot.MaxText, of)}
	for range bot.MaxFacts {
		s.Facts = append(s.Facts, bot.Fact{Label: fill(bot.MaxField, of), Value: fill(2000, of)})
	}
	for range bot.MaxButtons {
		s.Buttons = append(s.Buttons, bot.Button{Label: fill(bot.MaxLabel, of), Token: token})
	}
	s.Cover = &bot.Step{Title: "x", Buttons: []bot.Button{{Label: fill(bot.MaxLabel, of), Token: token[:800]}}, Kept: true}
	if quote {
		s.Quote = fill(bot.MaxQuote, of)
	}
	if !form {
		return s
	}
	s.Token, s.Submit = token, fill(bot.MaxSubmit, of)
	kinds := []bot.Kind{bot.Line, bot.Text, bot.Hidden, bot.Choice, bot.Choices, bot.Date, bot.Files}
	for i := range bot.MaxFields {
		f := bot.Field{
			ID: fmt.Sprintf("%038d%02d", 0, i), Kind: kinds[i%len(kinds)], Label: fill(bot.MaxField, of), Help: fill(bot.MaxHelp, of),
			Problem: fill(bot.MaxField, of), Max: bot.MaxInput, Else: "none",
		}
		switch f.Kind {
		case bot.Choice, bot.Choices:
			for j := range []int{bot.MaxOptions, 10}[min(i/len(kinds), 1)] {
				f.Options = append(f.Options, bot.Option{Value: fmt.Sprintf("%075d", j), Label: fill(bot.MaxOption, of)})
				f.Value = append(f.Value, fmt.Sprintf("%075d", j))
			}
			f.Value = f.Value[:min(len(f.Value), map[bool]int{true: 1, false: bot.MaxOptions}[f.Kind == bot.Choice])]
		case bot.Date:
			f.Value = []string{"not a date"}
		default:
			f.Value = []string{fill(bot.MaxInput, of)}
		}
		s.Fields = append(s.Fields, f)
	}
	return s
}

// TestFullSteps: as much as the bot may say fits, in the widest characters and in
// those that are escaped.
func TestFullSteps(t *testing.T) {
	a := drawn(t)
	for _, of := range []string{"x", "😀", "&", "<", "\"", "a b\n", "*b* ", "_x_ > y\n> ", "漢", "\x00y"} {
		for i, s := range []bot.Step{full(of, false, false), full(of, true, false), full(of, false, true)} {
			holds(t, a, fmt.Sprintf("%q %d", of, i), s)
		}
	}
	holds(t, a, "nothing but a title", bot.Step{Title: "x"})
}

// TestCatalogs: each phrase of each language fits wherever a step may have it.
func TestCatalogs(t *testing.T) {
	a := drawn(t)
	for _, lang := range say.Langs() {
		w := say.In(lang)
		for _, key := range w.Keys() {
			holds(t, a, lang+" "+key, bot.Step{Lang: lang, Title: "x", Text: w.Get(key), Facts: []bot.Fact{{Label: w.Get(key), Value: w.Get(key)}}})
		}
		for key, most := range map[string]int{"slack.close": 24, "slack.wait-title": 24, "slack.title": 24, "slack.open": 75, "slack.files-any": 150, "slack.files-sealed": 150} {
			if n := utf8.RuneCountInString(w.Get(key)); n > most {
				t.Errorf("%s %s has %d characters", lang, key, n)
			}
		}
	}
}

// TestQuoteIsWhole: words of theirs are broken only at their ends, and nothing of
// them is lost or means anything.
func TestQuoteIsWhole(t *testing.T) {
	for _, text := range []string{
		strings.Repeat("word ", 4000), strings.Repeat("x", 9001), strings.Repeat("line\n", 2000), strings.Repeat("😀", 4000), strings.Repeat("&amp;", 1500), "", "\n\n",
	} {
		parts := split(text, maxSection)
		if got := strings.Join(parts, ""); strings.TrimSpace(got) != strings.TrimSpace(text) {
			t.Errorf("%.20q: %d of %d bytes", text, len(got), len(text))
		}
		for _, p := range parts {
			if fit(p, maxSection) != len(p) || strings.Contains(text, "&") && strings.Count(p, "&") != strings.Count(p, ";") {
				t.Errorf("%.20q: a part of %d", text, len(p))
			}
		}
	}
}

// FuzzRead: whatever comes is read or refused, and never takes a verb that is
// none.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		`{"team_id":"T1","user_id":"U1","text":"report"}`, `{"type":"shortcut","team":{"id":"T1"},"user":{"id":"U1"},"callback_id":"x"}`,
		`{"type":"block_actions","team":null,"user":{"id":"U1","team_id":"T1"},"actions":[{"type":"button","value":"v:inbox"}],"view":{"type":"home"}}`,
		`{"type":"view_submission","team":{"id":"T1"},"user":{"id":"U1"},"view":{"private_metadata":"{}","blocks":[{"block_id":"a"}],"state":{"values":{"a":{"a#t1":{"type":"plain_text_input","value":"x"}}}}}}`,
		`{"type":"event_callback","team_id":"T1","event":{"type":"message","channel_type":"im","user":"U1","channel":"D0123","ts":"1.2","text":"<@U1|x> <https://x|y> &lt;","blocks":[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"emoji","unicode":"1f600-1f3fb"}]}]}]}}`,
	} {
		for _, kind := range []string{kindCommand, kindAction, kindEvent} {
			f.Add(kind, []byte(seed))
		}
	}
	verbs := []string{"report", "help"}
	f.Fuzz(func(t *testing.T, kind string, payload []byte) {
		turn, err := read(kind, payload, verbs)
		if err != nil {
			return
		}
		if v := turn.ev.Verb; v != "" && v != "report" && v != "help" {
			t.Errorf("a verb %q", v)
		}
		if turn.how != byNothing && (turn.user == "" || turn.team == "") {
			t.Error("a turn of nobody")
		}
		if m := turn.ev.Said; m != nil && len(m.Ref) > 64 {
			t.Errorf("a reference of %d bytes", len(m.Ref))
		}
		if (turn.ev.Said != nil) != (turn.how == byMessage) || turn.ev.Form != (turn.how == bySubmit) {
			t.Error("the event does not fit the way it came")
		}
	})
}

// FuzzSplit: parts fit, and make up the whole.
func FuzzSplit(f *testing.F) {
	f.Add("a b\nc&amp;😀", 7)
	f.Fuzz(func(t *testing.T, text string, most int) {
		if most < 6 || most > 4000 || !utf8.ValidString(text) {
			return
		}
		squeeze := func(s string) string { return strings.Join(strings.Fields(s), "") }
		parts := split(text, most)
		if squeeze(strings.Join(parts, "")) != squeeze(text) {
			t.Errorf("%q", parts)
		}
		for _, p := range parts {
			if fit(p, most) != len(p) {
				t.Errorf("%q does not fit", p)
			}
		}
	})
}

// TestTyped: what somebody typed is given back as it was.
func TestTyped(t *testing.T) {
	for name, test := range map[string]struct{ text, blocks, want string }{
		"escaped":     {"a &lt;b&gt; &amp;amp;", "", "a <b> &amp;"},
		"an address":  {"see <https://x.example/a_b|x.example> <mailto:a@b.example|a@b.example>", "", "see x.example a@b.example"},
		"a mention":   {"<@U1> <#C1|general> <!here>", "", "@U1 #general @here"},
		"rich":        {":x:", `[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"<a> "},{"type":"emoji","name":"x","unicode":"1f600"}]},{"type":"rich_text_preformatted","elements":[{"type":"text","text":"code"}]},{"type":"rich_text_list","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"one"}]}]}]}]`, "<a> 😀\ncode\n• one\n"},
		"other":       {"plain", `[{"type":"section"}]`, "plain"},
		"own picture": {"x", `[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"emoji","name":"party"}]}]}]`, ":party:"},
	} {
		if got := typed(test.text, json.RawMessage(test.blocks)); got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

// TestAddresses: the token goes to Slack and nowhere else.
func TestAddresses(t *testing.T) {
	a := drawn(t)
	for at, want := range map[string]bool{
		"https://files.slack.com/x": true, "https://slack.com/x": true, "http://files.slack.com/x": false, "https://slack.com.evil.example/x": false,
		"https://evilslack.com/": false, "https://u@slack.com/": false, "https://evil.example/": false, "": false, "//slack.com": false, "https://hooks.slack-gov.com/x": true,
	} {
		if a.slacks(at) != want {
			t.Errorf("%s: %v", at, !want)
		}
	}
	a.o.APIURL = "http://127.0.0.1:1/api/"
	if !a.slacks("http://127.0.0.1:1/files/x") || a.slacks("https://files.slack.com/x") || a.slacks("http://127.0.0.1:2/") {
		t.Error("another server's addresses")
	}
}
