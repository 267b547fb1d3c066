package mattermostfake

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
)

var commandRoutes = []route{
	{pattern: "POST " + api + "/commands", do: (*Server).createCommand},
	{pattern: "GET " + api + "/commands", do: (*Server).listCommands},
	{pattern: "GET " + api + "/commands/{id}", do: (*Server).getCommand},
	{pattern: "PUT " + api + "/commands/{id}", do: (*Server).updateCommand},
	{pattern: "DELETE " + api + "/commands/{id}", do: (*Server).deleteCommand},
	{pattern: "PUT " + api + "/commands/{id}/regen_token", do: (*Server).regenToken},
	{pattern: "POST " + api + "/commands/execute", callsTo: true, do: (*Server).execute},
	{pattern: "POST /hooks/commands/{id}", who: anybody, do: (*Server).respond},
}

func (s *Server) createCommand(c *call) (int, any, *failure) {
	var cmd model.Command
	if err := c.read(&cmd); err != nil {
		return 0, nil, err
	}
	if c.user.isBot || !c.user.admin() {
		return 0, nil, errPermission
	}
	for _, old := range s.commands {
		if old.Trigger == strings.ToLower(cmd.Trigger) && old.TeamId == cmd.TeamId && old.DeleteAt == 0 {
			return 0, nil, fail(http.StatusBadRequest, "api.command.duplicate_trigger.app_error", "This trigger word is already in use. Please choose another word.")
		}
	}
	made := cmd
	if s.teams[made.TeamId] == nil {
		return 0, nil, errPermission
	}
	if err := s.validCommand(c.user.ID, &made); err != nil {
		return 0, nil, err
	}
	return http.StatusCreated, wireCommand(s.addCommand(c.user.ID, &cmd)), nil
}

func (s *Server) validCommand(by string, cmd *model.Command) *failure {
	check := *cmd
	check.Id, check.Token, check.CreatorId, check.CreateAt, check.UpdateAt = model.NewId(), model.NewId(), by, 1, 1
	check.AutocompleteData = nil
	if err := check.IsValid(); err != nil {
		return fail(http.StatusBadRequest, err.Id, "Invalid command.")
	}
	return nil
}

func (s *Server) addCommand(by string, cmd *model.Command) *model.Command {
	made := *cmd
	now := s.now()
	made.Id, made.Token, made.CreatorId, made.CreateAt, made.UpdateAt, made.DeleteAt = model.NewId(), model.NewId(), by, now, now, 0
	made.Trigger = strings.ToLower(made.Trigger)
	s.commands = append(s.commands, &made)
	return &made
}

func wireCommand(cmd *model.Command) map[string]any { return decode[map[string]any](toJSON(cmd)) }

func (s *Server) theCommand(c *call) (*model.Command, *failure) {
	if c.user.isBot || !c.user.admin() {
		return nil, errPermission
	}
	for _, cmd := range s.commands {
		if cmd.Id == c.PathValue("id") && cmd.DeleteAt == 0 {
			return cmd, nil
		}
	}
	return nil, errNoCommand
}

func (s *Server) getCommand(c *call) (int, any, *failure) {
	cmd, err := s.theCommand(c)
	if err != nil {
		return 0, nil, err
	}
	return http.StatusOK, wireCommand(cmd), nil
}

func (s *Server) listCommands(c *call) (int, any, *failure) {
	list := []any{}
	for _, cmd := range s.commands {
		if cmd.DeleteAt > 0 || cmd.TeamId != c.URL.Query().Get("team_id") {
			continue
		}
		w := wireCommand(cmd)
		if !c.user.admin() {
			if !cmd.AutoComplete {
				continue
			}
			w["token"], w["url"] = "", "" // for the menu only
		}
		list = append(list, w)
	}
	return http.StatusOK, list, nil
}

func (s *Server) updateCommand(c *call) (int, any, *failure) {
	var body model.Command
	if err := c.read(&body); err != nil {
		return 0, nil, err
	}
	cmd, err := s.theCommand(c)
	if err != nil {
		return 0, nil, err
	}
	body.TeamId = cmd.TeamId
	if err := s.validCommand(cmd.CreatorId, &body); err != nil {
		return 0, nil, err
	}
	body.Id, body.Token, body.CreateAt, body.CreatorId, body.UpdateAt, body.DeleteAt = cmd.Id, cmd.Token, cmd.CreateAt, cmd.CreatorId, s.now(), 0
	*cmd = body
	return http.StatusOK, wireCommand(cmd), nil
}

func (s *Server) deleteCommand(c *call) (int, any, *failure) {
	cmd, err := s.theCommand(c)
	if err != nil {
		return 0, nil, err
	}
	cmd.DeleteAt = s.now()
	return http.StatusOK, ok, nil
}

func (s *Server) regenToken(c *call) (int, any, *failure) {
	cmd, err := s.theCommand(c)
	if err != nil {
		return 0, nil, err
	}
	cmd.Token = model.NewId()
	return http.StatusOK, map[string]string{"token": cmd.Token}, nil
}

// execute runs a slash command. Its words are posted to the integration and kept
// nowhere but in the audit file.
func (s *Server) execute(c *call) (int, any, *failure) {
	var args model.CommandArgs
	if err := c.read(&args); err != nil {
		return 0, nil, err
	}
	s.mu.Lock()
	cmd, form, short, err := s.prepare(c, &args)
	s.mu.Unlock()
	if err != nil {
		return 0, nil, err
	}
	status, body, kind, callErr := s.callOut(cmd.URL, "application/x-www-form-urlencoded", "Token "+cmd.Token, []byte(form.Encode()))
	s.mu.Lock()
	defer s.mu.Unlock()
	if callErr != nil {
		s.logf("error", "Command with a trigger of '"+cmd.Trigger+"' failed.", map[string]any{"user_id": c.user.ID, "err": callErr.Error()})
		return 0, nil, fail(http.StatusInternalServerError, "api.command.execute_command.failed.app_error", "Command with a trigger of '"+cmd.Trigger+"' failed.")
	}
	if status != http.StatusOK {
		return 0, nil, s.badAnswer(c, cmd, status, body)
	}
	answer, parseErr := model.CommandResponseFromHTTPBody(kind, strings.NewReader(string(body)))
	if parseErr != nil || answer == nil {
		return 0, nil, fail(http.StatusInternalServerError, "api.command.execute_command.failed.app_error", "Command with a trigger of '"+cmd.Trigger+"' failed.")
	}
	answer.TriggerId = short
	if bad := s.handle(c.user, args.ChannelId, args.RootId, answer); bad != nil {
		return 0, nil, bad
	}
	return http.StatusOK, answer, nil
}

// badAnswer: what an integration answers with another status than 200 is written
// to the log, and to the audit file, beside the user's id.
func (s *Server) badAnswer(c *call, cmd *model.Command, status int, body []byte) *failure {
	message := "Command with a trigger of '" + cmd.Trigger + "' returned response " + itoa(status) + " " + http.StatusText(status) + "."
	s.logf("error", message, map[string]any{"user_id": c.user.ID, "err": string(body), "http_code": status})
	if s.atLeast("9.0") {
		s.auditf(c, "executeCommand", map[string]any{"error": string(body)})
	}
	return fail(http.StatusInternalServerError, "api.command.execute_command.failed_resp.app_error", message)
}

func (s *Server) prepare(c *call, args *model.CommandArgs) (*model.Command, url.Values, string, *failure) {
	ch := s.channels[args.ChannelId]
	if len(args.Command) < 2 || args.Command[0] != '/' {
		return nil, nil, "", badParam("command")
	}
	if ch == nil || !ch.has(c.user.ID) || s.teams[args.TeamId] == nil {
		return nil, nil, "", errPermission
	}
	word, text, _ := strings.Cut(args.Command[1:], " ")
	word = strings.ToLower(word)
	s.auditf(c, "executeCommand", map[string]any{"command": args.Command, "channel_id": ch.ID})
	s.logf("debug", "Executing command", map[string]any{"command": word, "user_id": c.user.ID})
	var cmd *model.Command
	for _, x := range s.commands {
		if x.Trigger == word && x.TeamId == args.TeamId && x.DeleteAt == 0 {
			cmd = x
		}
	}
	if cmd == nil {
		return nil, nil, "", fail(http.StatusNotFound, "api.command.execute_command.not_found.app_error",
			"Command with a trigger of '"+word+"' not found. To send a message beginning with \"/\", try adding an empty space at the beginning of the message.")
	}
	short, signed := s.trigger(c.user.ID)
	h := &hook{ID: model.NewId(), CommandID: cmd.Id, UserID: c.user.ID, ChannelID: ch.ID, RootID: args.RootId, Created: s.now()}
	s.hooks[h.ID] = h
	form := url.Values{
		"token": {cmd.Token}, "team_id": {args.TeamId}, "team_domain": {s.teams[args.TeamId].Name}, "channel_id": {ch.ID}, "channel_name": {ch.Name},
		"user_id": {c.user.ID}, "user_name": {c.user.Name}, "command": {"/" + word}, "text": {text}, "trigger_id": {signed},
		"response_url": {s.URL() + "/hooks/commands/" + h.ID},
	}
	copied := *cmd
	return &copied, form, short, nil
}

// handle shows or posts what an integration answers to a command: as the user
// who typed it.
func (s *Server) handle(u *user, channelID, rootID string, r *model.CommandResponse) *failure {
	for _, one := range append([]*model.CommandResponse{r}, r.ExtraResponses...) {
		p := &model.Post{ChannelId: channelID, RootId: rootID, UserId: u.ID, Type: one.Type, Message: one.Text}
		if strings.HasPrefix(one.Type, model.PostSystemMessagePrefix) {
			return fail(http.StatusInternalServerError, "api.command.execute_command.create_post_failed.app_error", "Command failed to post response.")
		}
		p.SetProps(one.Props)
		p.AddProp(model.PostPropsFromWebhook, "true")
		if !one.SkipSlackParsing {
			p.Message = model.ParseSlackLinksToMarkdown(p.Message)
		}
		if one.Attachments != nil {
			model.ParseMessageAttachment(p, one.Attachments)
		}
		if one.ResponseType == model.CommandResponseTypeInChannel {
			if _, err := s.createPost(u, p); err != nil {
				return err
			}
			continue
		}
		if one.Text != "" || one.Attachments != nil {
			w := s.ephemeral(u.ID, p)
			one.Attachments = attachmentsOf(w, one.Attachments)
		}
	}
	return nil
}

// attachmentsOf: to the client the answer goes back with cookies in place of
// integrations.
func attachmentsOf(w *wirePost, had []*model.MessageAttachment) []*model.MessageAttachment {
	if list, ok := w.Props[model.PostPropsAttachments].([]*model.MessageAttachment); ok && had != nil {
		return list
	}
	return had
}

const hookLife = model.CommandWebhookLifetime * time.Millisecond

// respond is a response_url: a bearer secret that works five times, for half an
// hour.
func (s *Server) respond(c *call) (int, any, *failure) {
	answer, err := model.CommandResponseFromHTTPBody(c.Header.Get("Content-Type"), http.MaxBytesReader(nil, c.Body, largestAnswer))
	if err != nil || answer == nil {
		return 0, nil, fail(http.StatusBadRequest, "web.command_webhook.parse.app_error", "Unable to parse incoming data.")
	}
	h := s.hooks[c.PathValue("id")]
	if h == nil || time.Duration(s.now()-h.Created)*time.Millisecond > hookLife {
		return 0, nil, fail(http.StatusNotFound, "app.command_webhook.get.missing", "Unable to get the webhook.")
	}
	u := s.users[h.UserID]
	if h.Uses >= 5 || u.bareNow {
		return 0, nil, fail(http.StatusBadRequest, "app.command_webhook.try_use.invalid", "Unable to use the webhook.")
	}
	h.Uses++
	if bad := s.handle(u, h.ChannelID, h.RootID, answer); bad != nil {
		return 0, nil, bad
	}
	return http.StatusOK, "ok", nil
}
