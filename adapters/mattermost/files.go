package mattermost

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"ombra/bot"
	"ombra/bot/say"
)

var errGone = errors.New("mattermost: no such message of this account")

// recall fetches a message again, for whoever wrote it in the direct conversation
// and for nobody else.
func (a *Adapter) recall(ctx context.Context, user, ref string) (*bot.Message, error) {
	if !idShape.MatchString(ref) {
		return nil, errGone
	}
	call, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	p, resp, err := a.api.GetPost(call, ref, "")
	if err != nil {
		return nil, faultOf("fetch a message", resp, err)
	}
	channel, err := a.direct(ctx, user)
	if err != nil {
		return nil, err
	}
	if p.UserId != user || p.ChannelId != channel || p.DeleteAt != 0 || p.Type != model.PostTypeDefault {
		return nil, errGone
	}
	return a.messageOf(ctx, p)
}

// messageOf is a post as the bot reads it. Its files are fetched when they are
// read.
func (a *Adapter) messageOf(ctx context.Context, p *model.Post) (*bot.Message, error) {
	m := &bot.Message{Text: p.Message, Ref: p.Id}
	if len(p.FileIds) == 0 || a.o.Attachments == NoFile {
		return m, nil
	}
	var infos []*model.FileInfo
	if p.Metadata != nil {
		infos = p.Metadata.Files
	}
	if len(infos) != len(p.FileIds) {
		call, cancel := context.WithTimeout(ctx, callTime)
		defer cancel()
		var resp *model.Response
		var err error
		if infos, resp, err = a.api.GetFileInfosForPost(call, p.Id, ""); err != nil {
			return nil, faultOf("look at the files of a message", resp, err)
		}
	}
	for _, info := range infos {
		if a.takes(info.Name) && idShape.MatchString(info.Id) {
			m.Files = append(m.Files, a.incoming(info))
		}
	}
	return m, nil
}

// takes tells which files the office takes from a message. What is not sealed lies
// open on the server for good.
func (a *Adapter) takes(name string) bool {
	return a.o.Attachments == AnyFile || strings.HasSuffix(strings.ToLower(name), ".age")
}

func (a *Adapter) incoming(info *model.FileInfo) bot.File {
	id := info.Id
	return bot.File{Name: info.Name, Size: info.Size, Open: func(ctx context.Context) (io.ReadCloser, error) {
		ctx, cancel := context.WithTimeout(ctx, fileTime) // a server that stops in the middle of a file holds memory
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, a.o.URL+"/api/v4/files/"+id, nil)
		if err != nil {
			cancel()
			return nil, &fault{doing: "fetch a file"}
		}
		body, err := a.stream("fetch a file", r)
		if err != nil {
			cancel()
			return nil, err
		}
		return ended{body, cancel}, nil
	}}
}

// ended gives its time back when it is closed.
type ended struct {
	io.ReadCloser

	cancel context.CancelFunc
}

func (e ended) Close() error {
	defer e.cancel()
	return e.ReadCloser.Close()
}

// stream does a request whose body is not held in memory, in either direction.
func (a *Adapter) stream(doing string, r *http.Request) (io.ReadCloser, error) {
	r.Header.Set("Authorization", "Bearer "+a.o.Token.Reveal())
	resp, err := a.files.Do(r)
	if err != nil {
		return nil, &fault{doing: doing}
	}
	if resp.StatusCode >= 300 {
		_ = resp.Body.Close()
		return nil, &fault{doing: doing, status: resp.StatusCode, after: retryAfter(resp.Header)}
	}
	return masked{resp.Body, doing}, nil
}

// masked keeps the words of a transport's errors to itself: they carry addresses.
type masked struct {
	io.ReadCloser

	doing string
}

func (m masked) Read(b []byte) (int, error) {
	n, err := m.ReadCloser.Read(b)
	if err != nil && !errors.Is(err, io.EOF) {
		err = &fault{doing: m.doing}
	}
	return n, err
}

const fileTime = 5 * time.Minute // for one file, in either direction

// hand puts the files of a step into the direct conversation. They are sealed, and
// their names are constant.
func (a *Adapter) hand(ctx context.Context, t turn, s bot.Step) {
	if len(s.Files) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, fileTime)
	defer cancel()
	var ids []string
	channel, err := a.direct(ctx, t.user)
	for _, f := range s.Files {
		if err != nil {
			break
		}
		var id string
		if id, err = a.upload(ctx, channel, f); err == nil {
			ids = append(ids, id)
		}
	}
	if err == nil {
		p := &model.Post{ChannelId: channel, FileIds: ids, PendingPostId: a.pending("")}
		var resp *model.Response
		if _, resp, err = a.api.CreatePost(ctx, p); err == nil {
			return
		}
		err = faultOf("post a file", resp, err)
	}
	a.failed(err)
	w := say.In(s.Lang)
	_ = a.post(ctx, t.user, bot.Step{Title: w.Get("sorry.title"), Text: w.Get("mattermost.no-file"), Kept: true}, "", "")
}

// upload sends a file as it is read. What cannot be read to its end is broken off,
// so that no half of it is kept as a whole. It is tried again from the start: a
// file may be opened again.
func (a *Adapter) upload(ctx context.Context, channel string, f bot.File) (id string, err error) {
	for n, wait := 1, firstWait; ; n, wait = n+1, 2*wait {
		id, err = a.uploadOnce(ctx, channel, f)
		status := statusOf(err)
		if err == nil || n == tries || status != 0 && status != http.StatusTooManyRequests && status < 500 || !sleep(ctx, wait) {
			return id, err
		}
	}
}

func (a *Adapter) uploadOnce(ctx context.Context, channel string, f bot.File) (string, error) {
	content, err := f.Open(ctx)
	if err != nil {
		return "", &fault{doing: "read a file"}
	}
	r, w := io.Pipe()
	form := multipart.NewWriter(w)
	go func() { // ends when r is closed or read
		defer func() { _ = content.Close() }()
		_ = w.CloseWithError(fillForm(form, channel, f.Name, content))
	}()
	defer func() { _ = r.Close() }()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, a.o.URL+"/api/v4/files", r)
	if err != nil {
		return "", &fault{doing: "send a file"}
	}
	req.Header.Set("Content-Type", form.FormDataContentType())
	body, err := a.stream("send a file", req)
	if err != nil {
		return "", err
	}
	defer func() { _ = body.Close() }()
	var sent model.FileUploadResponse
	if err := json.NewDecoder(io.LimitReader(body, 1<<20)).Decode(&sent); err != nil || len(sent.FileInfos) != 1 {
		return "", &fault{doing: "send a file"}
	}
	return sent.FileInfos[0].Id, nil
}

func fillForm(form *multipart.Writer, channel, name string, content io.Reader) (err error) {
	defer func() {
		if recover() != nil { // of what writes the content; its value is dropped
			err = &fault{doing: "read a file"}
		}
	}()
	if err := form.WriteField("channel_id", channel); err != nil {
		return err
	}
	part, err := form.CreateFormFile("files", name)
	if err != nil {
		return err
	}
	if _, err := io.Copy(part, content); err != nil {
		return err
	}
	return form.Close()
}

// callHook answers through a response_url. Only its id came from outside.
func (a *Adapter) callHook(ctx context.Context, id string, answer *model.CommandResponse) error {
	body, err := json.Marshal(answer)
	if err != nil {
		return &fault{doing: "answer"}
	}
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, a.o.URL+"/hooks/commands/"+url.PathEscape(id), bytes.NewReader(body))
	if err != nil {
		return &fault{doing: "answer"}
	}
	r.Header.Set("Content-Type", "application/json")
	resp, err := a.api.HTTPClient.Do(r)
	if err != nil {
		return &fault{doing: "answer"}
	}
	defer func() { _ = resp.Body.Close() }()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 64<<10))
	if resp.StatusCode >= 300 {
		return &fault{doing: "answer", status: resp.StatusCode}
	}
	return nil
}
