package mattermostfake

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"

	"ombra/bot"
)

// channelID is the direct channel with the bot, opened if need be.
func (p *Person) channelID() (string, error) {
	bot, err := p.s.theOneBot()
	if err != nil {
		return "", err
	}
	b, err := p.request("/channels/direct", []string{p.ID, bot})
	if err != nil {
		return "", err
	}
	return decode[wireChannel](string(b)).ID, nil
}

func (s *Server) theOneBot() (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, u := range s.sortedUsers() {
		if u.isBot {
			return u.ID, nil
		}
	}
	return "", errors.New("there is no bot")
}

// Pick implements bottest.Person: it types the slash command with a verb, or
// bare, in the direct channel.
func (p *Person) Pick(verb string) error {
	p.s.mu.Lock()
	word := ""
	for _, cmd := range p.s.commands {
		if cmd.DeleteAt == 0 {
			word = cmd.Trigger
		}
	}
	p.s.mu.Unlock()
	if word == "" {
		return errors.New("there is no slash command")
	}
	return p.act(false, func() error { return p.command(strings.TrimSpace("/" + word + " " + verb)) })
}

func (p *Person) command(line string) error {
	id, err := p.channelID()
	if err != nil {
		return err
	}
	p.s.mu.Lock()
	p.open = nil // whoever types has closed the dialog
	p.s.mu.Unlock()
	_, err = p.request("/commands/execute", model.CommandArgs{ChannelId: id, Command: line, TeamId: p.s.TeamID()})
	return err
}

// Say implements bottest.Person. What begins with a slash is a command.
func (p *Person) Say(text string, files ...bot.File) error {
	return p.act(true, func() error {
		if strings.HasPrefix(text, "/") {
			return p.command(text)
		}
		id, err := p.channelID()
		if err != nil {
			return err
		}
		p.s.mu.Lock()
		p.open = nil
		p.s.mu.Unlock()
		ids, err := p.upload(id, files)
		if err != nil {
			return err
		}
		_, err = p.request("/posts", map[string]any{"channel_id": id, "message": text, "file_ids": ids})
		return err
	})
}

func (p *Person) upload(channelID string, files []bot.File) (ids []string, err error) {
	for _, f := range files {
		r, err := f.Open(context.Background())
		if err != nil {
			return nil, err
		}
		content, err := io.ReadAll(r)
		_ = r.Close()
		if err != nil {
			return nil, err
		}
		var body bytes.Buffer
		w := multipart.NewWriter(&body)
		_ = w.WriteField("channel_id", channelID)
		part, err := w.CreateFormFile("files", f.Name)
		if err != nil {
			return nil, err
		}
		_, _ = part.Write(content)
		_ = w.Close()
		status, answer := p.s.do(p.Token, http.MethodPost, api+"/files", w.FormDataContentType(), body.Bytes())
		if status != http.StatusCreated {
			return nil, fmt.Errorf("upload: %d", status)
		}
		ids = append(ids, decode[model.FileUploadResponse](string(answer)).FileInfos[0].Id)
	}
	return ids, nil
}
