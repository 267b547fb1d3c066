package mattermost_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"ombra/adapters/mattermost"
	"ombra/adapters/mattermost/mattermostfake"
	"ombra/bot/bottest"
)

// Mallory works in the same house. She reaches the listener, because it stands
// where the server stands; she has learnt its paths from a log; and she has seen
// dialogs of her own, with their URL and state.
type mallory struct {
	*room
	*testing.T
	me   *mattermostfake.Person
	anna *mattermostfake.Person
	rec  string
	acts int
}

// refused is what every refusal is: it keeps a window open that was sent in good faith.
var refused = fmt.Sprintf(`{"error":%q}`, words.Get("mattermost.refused"))

var caseShape = regexp.MustCompile(`[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}`)

func newMallory(t *testing.T) *mallory {
	t.Helper()
	m := &mallory{room: newRoom(t, mattermostfake.Options{Audit: true}, bottest.Settings{}), T: t}
	staff := m.Seat("staff")
	m.must(staff.Pick("report"), staff.Press(words.Get("gate.go-on")), staff.Send(report("The clinic.")))
	m.rec, _ = bottest.ReceiptOn(staff.Sees())
	if m.rec == "" {
		t.Fatal("nothing was filed")
	}
	m.must(m.Seat("anna").Pick("inbox"), m.Seat("mallory").Pick("help"))
	m.me, m.anna = m.fake.Seat("mallory"), m.fake.Seat("anna")
	if !caseShape.MatchString(strings.Join(m.anna.Sees().Buttons, " ")) {
		t.Fatal("anna has no inbox to be read")
	}
	m.a.Forget(m.me.ID) // nothing that was hers helps her
	m.a.Forget(m.anna.ID)
	m.acts = m.entries()
	return m
}

func report(what string) url.Values {
	return url.Values{"q.what": {what}, "q.concerned": {"The cell"}, "q.category": {"other"}, "exclude": {"chris"}}
}

func (m *mallory) must(errs ...error) {
	m.Helper()
	for _, err := range errs {
		if err != nil {
			m.Fatal(err)
		}
	}
}

func (m *mallory) entries() int {
	l, err := m.Office.Cases.Log(m.Context())
	m.must(err)
	return len(l.Leaves)
}

// send posts to the listener and holds the answer to what every answer is: 200, and
// nothing of anybody.
func (m *mallory) send(what, path, kind, body string, head ...string) string {
	m.Helper()
	r, err := http.NewRequestWithContext(m.Context(), http.MethodPost, m.a.Base()+path, strings.NewReader(body))
	m.must(err)
	r.Header.Set("Content-Type", kind)
	for i := 0; i+1 < len(head); i += 2 {
		r.Header.Set(head[i], head[i+1])
	}
	resp, err := http.DefaultClient.Do(r)
	m.must(err)
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	m.must(err)
	if resp.StatusCode != http.StatusOK {
		m.Errorf("%s: %d: the server would log it with the user's id", what, resp.StatusCode)
	}
	if caseShape.Match(b) || strings.Contains(string(b), words.Get("inbox.title")) || strings.Contains(string(b), "forged") {
		m.Errorf("%s: the answer says: %s", what, b)
	}
	return string(b)
}

func (m *mallory) json(what, path string, body map[string]any) string {
	m.Helper()
	b, err := json.Marshal(body)
	m.must(err)
	return m.send(what, path, "application/json", string(b))
}

// nothing requires that nobody was shown anything, and that nothing was done.
func (m *mallory) nothing(what, answer string) {
	m.Helper()
	_ = m.fake.Settle(settled)
	if answer != "{}" && answer != refused {
		m.Errorf("%s: answered: %s", what, answer)
	}
	if n := m.entries(); n != m.acts {
		m.Errorf("%s: %d acts more", what, n-m.acts)
	}
	for _, who := range []*mattermostfake.Person{m.me, m.anna} {
		if list := notices(who); len(list) > 0 {
			m.Errorf("%s: %s was told: %s", what, who.Name, list[0].Text)
		}
		if _, open := who.Dialog(); open {
			m.Errorf("%s: %s has a dialog", what, who.Name)
		}
	}
}

// trigger is one that the server made for Mallory: she has a slash command of her
// own, which is sent to her own machine.
func (m *mallory) trigger() string {
	m.Helper()
	got := make(chan string, 1)
	mine := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got <- r.FormValue("trigger_id") }))
	m.Cleanup(mine.Close)
	word := fmt.Sprintf("evil%d", time.Now().UnixNano())
	m.fake.AddCommand(m.admin, word, mine.URL)
	go func() { _ = m.me.Say("/" + word) }()
	select {
	case t := <-got:
		return t
	case <-time.After(10 * time.Second):
		m.Fatal("no trigger came")
		return ""
	}
}

// renamed is a trigger that says that it was made for somebody else.
func renamed(trigger, from, to string) string {
	b, _ := base64.StdEncoding.DecodeString(trigger)
	return base64.StdEncoding.EncodeToString([]byte(strings.Replace(string(b), from, to, 1)))
}

func (m *mallory) slashBody(user, token string) string {
	return url.Values{
		"token": {token}, "user_id": {user}, "channel_id": {strings.Repeat("c", 26)}, "command": {"/ombra"}, "text": {"inbox"},
		"trigger_id": {"x"}, "response_url": {"http://evil.example/hooks/commands/" + strings.Repeat("h", 26)},
	}.Encode()
}

// She types anna's inbox into a request, with a token that she guesses.
func TestForgedSlash(t *testing.T) {
	t.Parallel()
	m := newMallory(t)
	slash, press, submit := m.a.Paths()
	form := "application/x-www-form-urlencoded"
	for what, body := range map[string]string{
		"no token": m.slashBody(m.anna.ID, ""), "another token": m.slashBody(m.anna.ID, strings.Repeat("t", 26)),
		"half a token": m.slashBody(m.anna.ID, m.slash[:13]), "two tokens": m.slashBody(m.anna.ID, "x") + "&token=" + m.slash,
		"no user": m.slashBody("", m.slash), "a user that is none": m.slashBody("../"+m.anna.ID, m.slash), "no form": "%zz;;",
		"too much": m.slashBody(m.anna.ID, m.slash) + "&x=" + strings.Repeat("x", 70_000),
	} {
		m.nothing(what, m.send(what, slash, form, body))
	}
	good := m.slashBody(m.anna.ID, m.slash)
	m.nothing("the path of the buttons", m.send("", press, form, good))
	m.nothing("the path of the dialogs", m.send("", submit, form, good))
	m.nothing("another path", m.send("", "/slash", form, good))
	m.nothing("a longer path", m.send("", slash+"x", form, good))
	m.nothing("another header", m.send("", slash, form, good, "Authorization", "Token "+strings.Repeat("t", 26)))
	if got := m.send("the server's own", slash, form, m.slashBody(m.me.ID, m.slash)); !strings.Contains(got, words.Get("help.title")) {
		t.Errorf("the control is refused too: %s", got)
	}
}

// She posts from a machine that is not the server's.
func TestForgedSource(t *testing.T) {
	t.Parallel()
	m := newMallory(t)
	o := m.o
	o.Listen, o.Sources = "127.0.0.1:0", []netip.Prefix{netip.MustParsePrefix("10.9.0.0/16")}
	strict, err := mattermost.New(o)
	m.must(err)
	strict.Answers(m.Office.Bot.Handle)
	slash, press, submit := strict.Paths()
	r := httptest.NewRequest(http.MethodPost, slash, strings.NewReader(m.slashBody(m.anna.ID, m.slash)))
	r.RemoteAddr = "10.9.255.1:1"
	w := httptest.NewRecorder()
	if strict.ServeHTTP(w, r); !caseShape.MatchString(w.Body.String()) {
		t.Fatalf("the control is refused too: %s", w.Body)
	}
	for _, path := range []string{slash, press, submit} {
		for _, from := range []string{"127.0.0.1:1", "192.0.2.1:1", "10.8.255.255:1", "[::1]:1", "nowhere"} {
			r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(m.slashBody(m.anna.ID, m.slash)))
			r.RemoteAddr = from
			r.Header.Set("X-Forwarded-For", "10.9.0.1")
			w := httptest.NewRecorder()
			strict.ServeHTTP(w, r)
			if w.Code != http.StatusOK || w.Body.String() != refused {
				t.Errorf("%s: %d %s", from, w.Code, w.Body)
			}
		}
	}
	m.nothing("from elsewhere", "{}")
}
