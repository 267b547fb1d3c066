package terminal

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"

	"ombra/bot"
)

// Request is what an account does, or, with Watch, the wish to get an
// account's notices. Its fields are those of bot.Event; files without a form
// are said.
type Request struct {
	ID      int64      `json:"id"`
	Account string     `json:"account,omitempty"`
	Lang    string     `json:"lang,omitempty"`
	Verb    string     `json:"verb,omitempty"`
	Token   bot.Token  `json:"token,omitempty"`
	Form    bool       `json:"form,omitempty"`
	Values  url.Values `json:"values,omitempty"`
	Said    string     `json:"said,omitempty"`
	Files   []Upload   `json:"files,omitempty"`
	Watch   string     `json:"watch,omitempty"`
}

// Upload is a file with its bytes.
type Upload struct {
	Name string `json:"name"`
	Data []byte `json:"data"`
}

// Notice is what an account that is watched was told.
type Notice struct {
	Account string
	Key     string
	Step    bot.Step
}

// A frame is a line of JSON. What goes back is a reply to a request or a
// notice.
type frame struct {
	ID     int64        `json:"id,omitempty"`
	Step   *wireStep    `json:"step,omitempty"`
	Error  string       `json:"error,omitempty"`
	Notice *noticeFrame `json:"notice,omitempty"`
}

type noticeFrame struct {
	Account string    `json:"account"`
	Key     string    `json:"key"`
	Step    *wireStep `json:"step"`
}

// wireStep is a bot.Step with its files' bytes. Its own Files and Cover take
// the place of the step's.
type wireStep struct {
	bot.Step
	Files []Upload
	Cover *wireStep
}

const (
	maxFrame     = 96 << 20
	maxStepFiles = 64 << 20
	maxName      = 256
)

var (
	errFrame   = errors.New("terminal: a frame is larger than 96 MiB")
	errRequest = errors.New("terminal: not a request")
	errFiles   = errors.New("terminal: the files of the step cannot be sent")
)

// readFrame reads a line and gives up, with errFrame, as soon as it is too
// long.
func readFrame(r *bufio.Reader, limit int) ([]byte, error) {
	var line []byte
	for {
		part, err := r.ReadSlice('\n')
		if len(line)+len(part) > limit {
			return nil, errFrame
		}
		line = append(line, part...)
		if err == nil {
			return line, nil
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return nil, err
		}
	}
}

// decodeRequest reads a request strictly. Its ID is good even with an error,
// when it could be read. Errors quote nothing.
func decodeRequest(line []byte) (Request, error) {
	var r Request
	d := json.NewDecoder(bytes.NewReader(line))
	d.DisallowUnknownFields()
	if err := d.Decode(&r); err != nil {
		return Request{ID: r.ID}, errRequest
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return Request{ID: r.ID}, errRequest
	}
	return r, r.check()
}

func (r Request) check() error {
	does := 0
	for _, set := range []bool{r.Verb != "", r.Token != "", r.Said != "" || (len(r.Files) > 0 && !r.Form)} {
		if set {
			does++
		}
	}
	switch {
	case r.Watch != "" && (r.Account != "" || does > 0):
		return fmt.Errorf("%w: it watches and acts", errRequest)
	case r.Watch == "" && r.Account == "":
		return fmt.Errorf("%w: it names no account", errRequest)
	case len(r.Account) > maxName || len(r.Watch) > maxName:
		return fmt.Errorf("%w: the account is too long", errRequest)
	case does > 1:
		return fmt.Errorf("%w: more than one of verb, token and said", errRequest)
	case !r.Form && len(r.Values) > 0, r.Form && r.Token == "":
		return fmt.Errorf("%w: a form has a token, and only a form has values", errRequest)
	}
	return nil
}

// file makes an upload a bot.File, which may be opened again.
func (u Upload) file() bot.File {
	return bot.File{Name: u.Name, Size: int64(len(u.Data)), Open: func(context.Context) (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(u.Data)), nil
	}}
}

func asFiles(uploads []Upload) []bot.File {
	var files []bot.File
	for _, u := range uploads {
		files = append(files, u.file())
	}
	return files
}

// packStep reads the files of a step, within what a frame can hold.
func packStep(ctx context.Context, s bot.Step) (*wireStep, error) {
	w := &wireStep{Step: s}
	room := int64(maxStepFiles)
	for _, f := range s.Files {
		data, err := readAll(ctx, f, room)
		if err != nil {
			return nil, err
		}
		room -= int64(len(data))
		w.Files = append(w.Files, Upload{Name: f.Name, Data: data})
	}
	if s.Cover != nil {
		cover := *s.Cover
		cover.Files, cover.Cover = nil, nil // a cover holds nothing
		w.Cover = &wireStep{Step: cover}
	}
	return w, nil
}

func readAll(ctx context.Context, f bot.File, room int64) ([]byte, error) {
	if f.Open == nil {
		return nil, errFiles
	}
	r, err := f.Open(ctx)
	if err != nil {
		return nil, errFiles
	}
	defer func() { _ = r.Close() }()
	data, err := io.ReadAll(io.LimitReader(r, room+1))
	if err != nil || int64(len(data)) > room {
		return nil, errFiles
	}
	return data, nil
}

// unpack is the step again.
func (w *wireStep) unpack() bot.Step {
	if w == nil {
		return bot.Step{}
	}
	s := w.Step
	s.Files, s.Cover = asFiles(w.Files), nil
	if w.Cover != nil {
		cover := w.Cover.unpack()
		s.Cover = &cover
	}
	return s
}
