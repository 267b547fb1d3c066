package slack_test

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"ombra/adapters/slack"
	"ombra/adapters/slack/slackfake"
)

// journal is a log that may be read while it is written.
type journal struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.b.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.b.String()
}

func (j *journal) logger() *slog.Logger {
	return slog.New(slog.NewJSONHandler(j, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// An intruder speaks HTTP to an office.
type intruder struct {
	t *testing.T
	*place

	log *journal
}

func newIntruder(t *testing.T) *intruder {
	t.Helper()
	log := &journal{}
	return &intruder{t, open(t, setup{mode: slack.HTTP, log: log.logger(), adapter: func(o *slack.Options) { o.Wait = 10 * time.Second }}), log}
}

type try struct {
	method, path, media, body string
	at                        time.Time
	secret                    string // "": the right one
	signed                    string // instead of body
	header                    http.Header
}

func (in *intruder) send(x try) (int, string) {
	in.t.Helper()
	set := func(s *string, usual string) {
		if *s == "" {
			*s = usual
		}
	}
	set(&x.method, http.MethodPost)
	set(&x.path, slack.Path)
	set(&x.media, "application/x-www-form-urlencoded")
	set(&x.secret, in.SigningSecret())
	set(&x.signed, x.body)
	if x.at.IsZero() {
		x.at = time.Now()
	}
	r, err := http.NewRequestWithContext(in.t.Context(), x.method, "http://"+in.adapter.Addr()+x.path, strings.NewReader(x.body))
	if err != nil {
		in.t.Fatal(err)
	}
	r.Header.Set("Content-Type", x.media)
	r.Header.Set("X-Slack-Request-Timestamp", stamp(x.at))
	r.Header.Set("X-Slack-Signature", slackfake.Sign(x.secret, x.at, []byte(x.signed)))
	for k, v := range x.header {
		r.Header[k] = v
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		in.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	b, _ := io.ReadAll(resp.Body)
	return resp.StatusCode, string(b)
}

func stamp(at time.Time) string {
	b, _ := json.Marshal(at.Unix())
	return string(b)
}

const canary = "zaunheimcanaryqxvw"

// nothingDone: no call was made for what came, and no word of it was logged.
func (in *intruder) nothingDone() {
	in.t.Helper()
	in.settle()
	for _, c := range in.Calls() {
		if c.Method != "auth.test" && c.Method != "ack" {
			in.t.Errorf("%s was called", c.Method)
		}
	}
	in.quiet()
}

// settle waits until what was sent is answered.
func (in *intruder) settle() {
	in.t.Helper()
	until(in.t, func() bool { return in.adapter.InFlight() == 0 })
	in.Server.Settle()
}

// quiet: no word of it is in the log.
func (in *intruder) quiet() {
	in.t.Helper()
	if strings.Contains(strings.ToLower(in.log.String()), canary) {
		in.t.Errorf("the log has it: %s", in.log)
	}
}

// TestAttackRequests: Mallory can reach the address, and sends what Slack would
// send: without its secret, with one that she guesses, or with what Slack signed
// for something else or at another time.
func TestAttackRequests(t *testing.T) {
	t.Parallel()
	in := newIntruder(t)
	command := url.Values{"command": {"/ombra"}, "team_id": {in.Team()}, "user_id": {"U0" + canary}, "text": {canary}, "trigger_id": {canary}}.Encode()
	now := time.Now()
	for name, test := range map[string]struct {
		try
		want int
	}{
		"unsigned":              {try{body: command, header: http.Header{"X-Slack-Signature": nil}}, 401},
		"without a time":        {try{body: command, header: http.Header{"X-Slack-Request-Timestamp": nil}}, 401},
		"another secret":        {try{body: command, secret: "0123456789abcdef0123456789abcdef"}, 401},
		"another body":          {try{body: command + "&x=1", signed: command}, 401},
		"another version":       {try{body: command, header: http.Header{"X-Slack-Signature": {"v1=00"}}}, 401},
		"not hex":               {try{body: command, header: http.Header{"X-Slack-Signature": {"v0=" + canary}}}, 401},
		"old":                   {try{body: command, at: now.Add(-6 * time.Minute)}, 401},
		"of the future":         {try{body: command, at: now.Add(6 * time.Minute)}, 401},
		"the time is no number": {try{body: command, header: http.Header{"X-Slack-Request-Timestamp": {canary}}}, 401},
		"payload in the query":  {try{path: slack.Path + "?payload=" + url.QueryEscape(`{"type":"`+canary+`"}`), body: "x=1"}, 400},
		"command in the query":  {try{path: slack.Path + "?" + command, body: ""}, 400},
		"too large":             {try{body: "payload=" + strings.Repeat(canary, 200_000)}, 413},
		"another path":          {try{path: "/" + canary, body: command}, 404},
		"another method":        {try{method: http.MethodPut, body: command}, 405},
		"no type":               {try{media: canary, body: command + "&odd=1"}, 400},
		"a form of parts":       {try{media: "multipart/form-data; boundary=" + canary, body: command + "&parts=1"}, 400},
		"JSON of an odd type":   {try{media: "application/json", body: `{"type":"` + canary + `"}`}, 400},
		"no JSON":               {try{media: "application/json", body: canary}, 400},
		"neither this nor that": {try{body: "other=" + canary}, 400},
		"two payloads":          {try{body: "payload=%7B%7D&payload=" + canary}, 400},
		"a payload and a query": {try{path: slack.Path + "?x=" + canary, body: "payload=%7B%7D"}, 400},
	} {
		status, body := in.send(test.try)
		if status != test.want || body != "" {
			t.Errorf("%s: %d %q, want %d", name, status, body, test.want)
		}
	}
	in.nothingDone()
}

// TestAttackReplay: Mallory has copied a request of Slack's on its way, and sends
// it once more. The answer to a form could hold a receipt.
func TestAttackReplay(t *testing.T) {
	t.Parallel()
	in := newIntruder(t)
	p := in.Person("staff " + canary)
	must(t, p.Pick("report"), p.Press(words.Get("gate.go-on")), p.Send(good))
	sees(t, p, "receipt.group-help")
	posts := in.Posts()
	last, before, calls := posts[len(posts)-1], in.acts(t), len(in.Calls())
	// Slack's own redelivery says that it is one. So may she.
	for header, want := range map[string]int{"X-Other": http.StatusConflict, "X-Slack-Retry-Num": http.StatusOK} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+in.adapter.Addr()+slack.Path, bytes.NewReader(last.Body))
		must(t, err)
		r.Header = last.Header.Clone()
		r.Header.Set(header, "1")
		resp, err := http.DefaultClient.Do(r)
		must(t, err)
		answer, err := io.ReadAll(resp.Body)
		must(t, err, resp.Body.Close())
		in.settle()
		if resp.StatusCode != want || len(answer) > 0 || len(in.Calls()) != calls || in.acts(t) != before {
			t.Errorf("a replay with %s got %d %q, %d calls and %d acts", header, resp.StatusCode, answer, len(in.Calls())-calls, in.acts(t)-before)
		}
	}
	in.quiet()
}

// TestAttackOddPayloads: Mallory has the signing secret, and tries what makes no
// sense. It is acknowledged, and nothing comes of it.
func TestAttackOddPayloads(t *testing.T) {
	t.Parallel()
	in := newIntruder(t)
	for name, payload := range map[string]string{
		"no JSON":           canary,
		"a list":            `["` + canary + `"]`,
		"nothing":           `{}`,
		"an unknown type":   `{"type":"` + canary + `","team":{"id":"` + in.Team() + `"},"user":{"id":"U1"}}`,
		"a message action":  `{"type":"message_action","callback_id":"` + canary + `","team":{"id":"` + in.Team() + `"},"user":{"id":"U1"}}`,
		"another workspace": `{"type":"shortcut","callback_id":"report","team":{"id":"T0OTHER"},"user":{"id":"U1"},"trigger_id":"` + canary + `"}`,
		"two actions":       `{"type":"block_actions","team":{"id":"` + in.Team() + `"},"user":{"id":"U1"},"actions":[{"type":"button","value":"v:report"},{"type":"button","value":"v:report"}]}`,
		"no user":           `{"type":"shortcut","callback_id":"report","team":{"id":"` + in.Team() + `"},"trigger_id":"` + canary + `"}`,
		"deep":              strings.Repeat(`{"view":`, 20_000) + "1" + strings.Repeat("}", 20_000),
	} {
		if status, body := in.send(try{body: url.Values{"payload": {payload}}.Encode()}); status != 200 || body != "" {
			t.Errorf("%s: %d %q", name, status, body)
		}
	}
	for name, event := range map[string]string{
		"a bot":         `{"type":"message","channel_type":"im","user":"U1","bot_id":"B1","channel":"D012345678","ts":"1.1","text":"` + canary + `"}`,
		"a change":      `{"type":"message","subtype":"message_changed","channel_type":"im","user":"U1","channel":"D012345678","ts":"1.1","text":"` + canary + `"}`,
		"a channel":     `{"type":"message","channel_type":"channel","user":"U1","channel":"C012345678","ts":"1.1","text":"` + canary + `"}`,
		"another event": `{"type":"` + canary + `","user":"U1"}`,
	} {
		body := `{"type":"event_callback","team_id":"` + in.Team() + `","event_id":"` + name + `","event":` + event + `}`
		if status, answer := in.send(try{media: "application/json", body: body}); status != 200 || answer != "" {
			t.Errorf("%s: %d %q", name, status, answer)
		}
	}
	in.nothingDone()
}
