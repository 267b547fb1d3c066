package mattermostfake

import (
	"encoding/json"
	"net/http"
	"slices"

	"github.com/mattermost/mattermost/server/public/model"
)

// oldDialog is what a 9.9 passes on: the rest of a newer dialog it never reads.
type oldDialog struct {
	TriggerID string `json:"trigger_id"`
	URL       string `json:"url"`
	Dialog    struct {
		CallbackID       string       `json:"callback_id"`
		Title            string       `json:"title"`
		IntroductionText string       `json:"introduction_text"`
		IconURL          string       `json:"icon_url"`
		Elements         []oldElement `json:"elements"`
		SubmitLabel      string       `json:"submit_label"`
		NotifyOnCancel   bool         `json:"notify_on_cancel"`
		State            string       `json:"state"`
	} `json:"dialog"`
}

type oldElement struct {
	DisplayName string                     `json:"display_name"`
	Name        string                     `json:"name"`
	Type        string                     `json:"type"`
	SubType     string                     `json:"subtype"`
	Default     string                     `json:"default"`
	Placeholder string                     `json:"placeholder"`
	HelpText    string                     `json:"help_text"`
	Optional    bool                       `json:"optional"`
	MinLength   int                        `json:"min_length"`
	MaxLength   int                        `json:"max_length"`
	DataSource  string                     `json:"data_source"`
	Options     []*model.PostActionOptions `json:"options"`
}

// openDialog needs no session: the trigger id is the secret. A dialog that is not
// valid is opened too, and complained about in the log, with its title.
func (s *Server) openDialog(c *call) (int, any, *failure) {
	var raw json.RawMessage
	if err := c.read(&raw); err != nil {
		return 0, nil, err
	}
	var req model.OpenDialogRequest
	if json.Unmarshal(raw, &req) != nil {
		return 0, nil, badParam("dialog")
	}
	short, u, err := s.redeem(req.TriggerId)
	if err != nil {
		return 0, nil, err
	}
	if bad := req.IsValid(); bad != nil {
		s.warnings = append(s.warnings, bad.Error())
		s.logf("warn", "Interactive dialog is invalid", map[string]any{"err": bad.Error(), "title": req.Dialog.Title})
	}
	var text string
	if req.TriggerId = short; s.knows("multiselect") {
		text = toJSON(req)
	} else {
		old := decode[oldDialog](string(raw))
		old.TriggerID = short
		text = toJSON(old)
	}
	s.tell(frame{Event: "open_dialog", Data: map[string]any{"dialog": text}, Broadcast: broadcast{UserID: u.ID}}, u.ID)
	return http.StatusOK, ok, nil
}

// since is the release that brought what was not there before, as its makers write;
// none of it was run.
var since = map[string]string{
	"multiselect": "11.0", "form": "11.1", "date": "11.1", "datetime": "11.1", "file": "11.10", "action_button": "11.10",
}

// knows tells whether server and clients have an ability.
func (s *Server) knows(ability string) bool { return since[ability] == "" || s.atLeast(since[ability]) }

// InvalidDialogs lists what was wrong with dialogs that were opened all the same.
func (s *Server) InvalidDialogs() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.warnings)
}

// submitDialog passes on what a client says that a dialog holds: to any URL, with
// any state and values. Only the user is the server's word. Nothing is kept.
func (s *Server) submitDialog(c *call) (int, any, *failure) {
	var req model.SubmitDialogRequest
	if err := c.read(&req); err != nil {
		return 0, nil, err
	}
	s.mu.Lock()
	if !s.may(c.user, req.ChannelId) || s.teams[req.TeamId] == nil {
		s.mu.Unlock()
		return 0, nil, errPermission
	}
	s.logCallback(req.URL)
	s.mu.Unlock()
	to := req.URL
	req.URL, req.UserId, req.Type = "", c.user.ID, "dialog_submission"
	if req.Cancelled {
		req.Type = "dialog_cancellation"
	}
	status, body, _, err := s.callOut(to, "application/json", "", []byte(toJSON(req)))
	if err != nil || status != http.StatusOK {
		return 0, nil, errAction
	}
	var answer model.SubmitDialogResponse
	_ = json.Unmarshal(body, &answer) // an empty answer, or one that is none, closes the dialog
	if !s.knows("form") {
		answer.Type, answer.Form = "", nil
	}
	return http.StatusOK, answer, nil
}
