package slack_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"ombra/bot"
	"ombra/bot/bottest"
)

// as sends an interaction that Slack signed, in somebody's name, with a view or a
// value that was bent. It returns what was answered within the request.
func (in *intruder) as(who *hands, typ string, more map[string]any) string {
	in.t.Helper()
	payload := map[string]any{"type": typ, "team": map[string]any{"id": in.Team()}, "user": map[string]any{"id": who.ID(), "team_id": in.Team()}, "trigger_id": "1.1." + canary}
	for k, v := range more {
		payload[k] = v
	}
	text, err := json.Marshal(payload)
	must(in.t, err)
	_, body := in.send(try{body: url.Values{"payload": {string(text)}}.Encode()})
	in.settle()
	return body
}

// presses is as with a button of a message.
func (in *intruder) presses(who *hands, value string) bottest.Screen {
	in.t.Helper()
	must(in.t, who.Messages())
	in.as(who, "block_actions", map[string]any{"actions": []any{map[string]any{"type": "button", "value": value}}, "channel": map[string]any{"id": who.DM()}})
	return who.Sees()
}

// form has somebody open the form of a report, and returns it as it would be sent:
// filled in, with its token.
func (in *intruder) form(who *hands) (view map[string]any, token string) {
	in.t.Helper()
	must(in.t, who.Pick("report"), who.Press(words.Get("gate.go-on")))
	view = who.View()
	var meta struct {
		Token string `json:"t"`
	}
	must(in.t, json.Unmarshal([]byte(view["private_metadata"].(string)), &meta))
	fill(view, "q.what", map[string]any{"type": "plain_text_input", "value": "It was " + canary})
	fill(view, "q.concerned", map[string]any{"type": "plain_text_input", "value": "The cell"})
	fill(view, "q.category", map[string]any{"type": "static_select", "selected_option": map[string]any{"value": "other"}})
	return view, meta.Token
}

// fill puts a value into a form, whatever its client would say.
func fill(view map[string]any, field string, input map[string]any) {
	values := view["state"].(map[string]any)["values"].(map[string]any)
	values[field] = map[string]any{field + "#x": input}
}

// nothing: no act was done and nothing was logged; what is shown says no more than
// that there is nothing.
func (in *intruder) nothing(how string, before int64, shown string) {
	in.t.Helper()
	if now := in.acts(in.t); now != before {
		in.t.Errorf("%s: %d acts", how, now-before)
	}
	if _, err := bottest.ReceiptOn(bottest.Screen{Text: shown}); err == nil {
		in.t.Errorf("%s: a receipt is shown: %s", how, shown)
	}
	in.quiet()
}

// lostIn: the answer is the one for tokens that do not open.
func (in *intruder) lostIn(how, shown string) {
	in.t.Helper()
	if !strings.Contains(shown, words.Get("lost.title")) {
		in.t.Errorf("%s: %.500s", how, shown)
	}
}

// TestAttackAnotherAccount: Mallory has seen a colleague's form and buttons over
// the colleague's shoulder, in a debugger. She sends and presses them herself.
func TestAttackAnotherAccount(t *testing.T) {
	t.Parallel()
	in := newIntruder(t)
	staff, mallory := in.Person("staff"), in.Person("mallory")
	view, token := in.form(staff)
	before := in.acts(t)
	shown := in.as(mallory, "view_submission", map[string]any{"view": view})
	in.lostIn("a form", shown)
	in.nothing("a form", before, shown)
	screen := in.presses(mallory, "t:"+token)
	in.nothing("a form's token on a button", before, screen.Text)

	rec := files(t, staff)
	must(t, staff.Close())
	until(t, func() bool { return slices.Contains(staff.Sees().Buttons, words.Get("receipt.again")) })
	before = in.acts(t)
	must(t, mallory.Reach(staff, words.Get("receipt.again")))
	in.settle()
	if mallory.Sees().Has(rec) {
		t.Error("Mallory has the receipt")
	}
	in.nothing("the way back to a receipt", before, mallory.Sees().Text)
}

// TestAttackAnotherWorkspace: Mallory's own workspace shares a channel with this
// one, and there her user has the id of a colleague here.
func TestAttackAnotherWorkspace(t *testing.T) {
	t.Parallel()
	in := newIntruder(t)
	staff := in.Person("staff")
	view, _ := in.form(staff)
	before := in.acts(t)
	for _, typ := range []string{"view_submission", "shortcut", "block_actions"} {
		calls := len(in.Calls())
		shown := in.as(staff, typ, map[string]any{
			"view": view, "callback_id": "report", "actions": []any{map[string]any{"type": "button", "value": "v:report"}},
			"team": map[string]any{"id": "T0MALLORY0"}, "user": map[string]any{"id": staff.ID(), "team_id": "T0MALLORY0"},
		})
		if shown != "" || len(in.Calls()) != calls {
			t.Errorf("%s: %q, and %d calls", typ, shown, len(in.Calls())-calls)
		}
		in.nothing(typ, before, shown)
	}
}

// TestAttackAnotherOffice: Mallory runs an office of her own, with the same name,
// and gives its tokens to this one.
func TestAttackAnotherOffice(t *testing.T) {
	t.Parallel()
	in := newIntruder(t)
	staff := in.Person("staff")
	view, _ := in.form(staff)
	hers := bottest.OpenOffice(t, bottest.Settings{})
	ask := func(ev bot.Event) bot.Step {
		ev.From, ev.Via = in.account("staff"), bot.Via{Name: "slack"}
		return hers.Bot.Handle(t.Context(), ev)
	}
	gate := ask(bot.Event{Verb: "report"})
	form := ask(bot.Event{Token: gate.Buttons[0].Token})
	if !form.IsForm() {
		t.Fatalf("no form: %s", form.Title)
	}
	view["private_metadata"] = `{"t":"` + string(form.Token) + `"}`
	before := in.acts(t)
	shown := in.as(staff, "view_submission", map[string]any{"view": view})
	in.lostIn("a form", shown)
	in.nothing("a form", before, shown)
	screen := in.presses(staff, "t:"+string(gate.Buttons[0].Token))
	in.nothing("a button", before, screen.Text)
	if len(screen.Fields) > 0 {
		t.Errorf("a button of another office leads on: %s", screen.Text)
	}
}

// TestAttackAnotherDay: Mallory finds a colleague's screen unlocked, with a form
// of yesterday on it and one of the day before, and sends them.
func TestAttackAnotherDay(t *testing.T) {
	t.Parallel()
	for after, key := range map[time.Duration]string{25 * time.Hour: "file.stale", 49 * time.Hour: "lost.title"} {
		in := newIntruder(t)
		staff := in.Person("staff")
		view, _ := in.form(staff)
		before := in.acts(t)
		in.Office.Pass(after)
		shown := in.as(staff, "view_submission", map[string]any{"view": view})
		if !strings.Contains(shown, strings.Split(words.Get(key), "\n")[0]) {
			t.Errorf("after %v: %.700s", after, shown)
		}
		in.nothing(after.String(), before, shown)
	}
}

// TestAttackBentForm: Mallory sits between Slack and the office, with the signing
// secret, and changes what a form says of itself.
func TestAttackBentForm(t *testing.T) {
	t.Parallel()
	in := newIntruder(t)
	staff := in.Person("staff")
	view, token := in.form(staff)
	before := in.acts(t)
	metas := map[string]string{
		"no metadata": "", "no JSON": canary, "no token": `{}`, "a shorter token": `{"t":"` + token[:len(token)-2] + `"}`,
		"a line in it": `{"t":"` + token[:9] + `\n` + token[9:] + `"}`, "another bit": `{"t":"` + token[:20] + flip(token[20:21]) + token[21:] + `"}`,
		"a verb": `{"t":"v:report"}`, "a number": `{"t":1}`,
	}
	whole := view["private_metadata"]
	for how, meta := range metas {
		view["private_metadata"] = meta
		shown := in.as(staff, "view_submission", map[string]any{"view": view})
		in.lostIn(how, shown)
		in.nothing(how, before, shown)
	}
	view["private_metadata"] = whole
	for how, bend := range map[string]func(view map[string]any){
		"no category": func(v map[string]any) { delete(v["state"].(map[string]any)["values"].(map[string]any), "q.category") },
		"a choice that is none": func(v map[string]any) {
			fill(v, "q.category", map[string]any{"type": "static_select", "selected_option": map[string]any{"value": canary}})
		},
		"a day that is none": func(v map[string]any) {
			fill(v, "q.when", map[string]any{"type": "datepicker", "selected_date": canary})
		},
		"somebody who cannot be meant": func(v map[string]any) { fill(v, "exclude", several("anna", canary)) },
		"more than fits":               func(v map[string]any) { fill(v, "q.what", map[string]any{"value": strings.Repeat("x", 3001)}) },
		"nothing at all":               func(v map[string]any) { v["state"] = nil },
	} {
		bent := copied(t, view)
		bend(bent)
		shown := in.as(staff, "view_submission", map[string]any{"view": bent})
		in.nothing(how, before, shown)
	}
	// As it was, it is taken: what was refused was refused for what was changed.
	if shown := in.as(staff, "view_submission", map[string]any{"view": view}); !strings.Contains(shown, words.Get("receipt.title")) {
		t.Errorf("the form as it was: %s", shown)
	}
}

func several(values ...string) map[string]any {
	var list []any
	for _, v := range values {
		list = append(list, map[string]any{"value": v})
	}
	return map[string]any{"type": "checkboxes", "selected_options": list}
}

func flip(b string) string {
	if b == "A" {
		return "B"
	}
	return "A"
}

func copied(t *testing.T, view map[string]any) (out map[string]any) {
	t.Helper()
	text, err := json.Marshal(view)
	must(t, err, json.Unmarshal(text, &out))
	return out
}

// TestAttackAddresses: Mallory puts addresses of her own server into payloads,
// where Slack's are expected, to be sent the bot's token and its answers.
func TestAttackAddresses(t *testing.T) {
	t.Parallel()
	var asked atomic.Int64
	hers := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	defer hers.Close()
	in := newIntruder(t)
	staff := in.Person("staff")
	view, _ := in.form(staff)
	fill(view, "files", map[string]any{"type": "file_input", "files": []any{map[string]any{
		"id": "F0MALLORY0", "name": "x.age", "size": 9, "url_private": hers.URL, "url_private_download": hers.URL,
	}}})
	before := in.acts(t)
	shown := in.as(staff, "view_submission", map[string]any{"view": view})
	in.nothing("a file", before, shown)
	in.send(try{body: url.Values{"command": {"/ombra"}, "team_id": {in.Team()}, "user_id": {staff.ID()}, "response_url": {hers.URL}}.Encode()})
	in.settle()
	if n := asked.Load(); n > 0 {
		t.Errorf("her server was asked %d times", n)
	}
}

// TestAttackOthersMessage: Mallory guesses when a colleague wrote to the bot, and
// presses a button that fetches what was written then.
func TestAttackOthersMessage(t *testing.T) {
	t.Parallel()
	in := newIntruder(t)
	anna, chris := in.Person("staff"), in.Person("stranger")
	if err := anna.Say("A secret " + canary); err != nil {
		t.Fatal(err)
	}
	var kept []struct{ TS, User string }
	b, err := in.ExportFS().Open("conversations/" + anna.DM() + ".json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.NewDecoder(b).Decode(&kept); err != nil {
		t.Fatal(err)
	}
	ts := ""
	for _, m := range kept {
		if m.User == anna.ID() {
			ts = m.TS
		}
	}
	for _, ref := range []string{anna.DM() + ":" + ts, "C012345678:" + ts, anna.DM() + ":x", "", anna.DM() + ":" + ts + "\n"} {
		in.presses(chris, "r:"+ref)
		if strings.Contains(chris.Sees().Text, canary) {
			t.Errorf("%q leads to another's message: %s", ref, chris.Sees().Text)
		}
	}
	in.quiet()
}
