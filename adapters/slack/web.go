package slack

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"

	"github.com/slack-go/slack"
)

// idle is how many connections to Slack are kept open while nothing is said.
// net/http keeps two: with more people than that there at once, nearly every call
// would begin with a handshake.
const idle = 64

// travels is how calls and files travel.
func travels() *http.Transport {
	t := &http.Transport{Proxy: http.ProxyFromEnvironment}
	if usual, ok := http.DefaultTransport.(*http.Transport); ok {
		t = usual.Clone()
	}
	t.MaxIdleConnsPerHost = idle
	return t
}

// patient is how files travel: they may take their time, but whoever has all of
// one has to say so soon.
func patient() *http.Transport {
	t := travels()
	t.ResponseHeaderTimeout = 2 * stallTime
	return t
}

// A viewCall opens a modal or puts another view in its place.
type viewCall struct {
	Trigger string                 `json:"trigger_id,omitempty"`
	ID      string                 `json:"view_id,omitempty"`
	Name    string                 `json:"external_id,omitempty"`
	View    slack.ModalViewRequest `json:"view"`
}

// view makes the call, and gives the id of the view. Slack answers with the whole
// view; the SDK would take each block of it apart, which costs more than drawing
// it did.
func (a *Adapter) view(ctx context.Context, method string, c viewCall) (id string, err error) {
	body, err := json.Marshal(c)
	if err != nil {
		return "", &fault{code: "other"}
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, a.o.APIURL+method, bytes.NewReader(body))
	if err != nil {
		return "", &fault{code: "other"}
	}
	r.Header.Set("Content-Type", "application/json; charset=utf-8")
	r.Header.Set("Authorization", "Bearer "+a.o.BotToken.reveal())
	resp, err := a.web.Do(r)
	if err != nil {
		return "", &fault{code: "unreachable", again: true, maybe: true}
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return "", statusFault(resp)
	}
	return viewID(resp.Body)
}

// viewID reads an answer. One that breaks off may have come of a call that was
// heard.
func viewID(from io.Reader) (string, error) {
	var said struct {
		OK    bool   `json:"ok"`
		Error string `json:"error"`
		View  struct {
			ID string `json:"id"`
		} `json:"view"`
	}
	text, err := io.ReadAll(io.LimitReader(from, maxBody))
	if err != nil || json.Unmarshal(text, &said) != nil {
		return "", &fault{code: "unreachable", again: true, maybe: true}
	}
	if !said.OK {
		return "", faultOf(slack.SlackErrorResponse{Err: said.Error})
	}
	return said.View.ID, nil
}
