package slack

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"io"
	"net/http"
	"time"

	"github.com/slack-go/slack"

	"ombra/bot"
)

// handTime bounds the handing over of one file, which may be large.
const handTime = 10 * time.Minute

// hand uploads the files of a step into the direct conversation. When one does
// not arrive whole, the step is not shown: its passcode would open nothing.
func (a *Adapter) hand(ctx context.Context, t turn, step bot.Step) bot.Step {
	if len(step.Files) == 0 {
		return step
	}
	ctx, cancel := context.WithTimeout(ctx, handTime)
	defer cancel()
	channel, err := a.room(ctx, t.user)
	for _, f := range step.Files {
		if err == nil {
			err = a.upload(ctx, channel, f)
		}
	}
	if err == nil {
		step.Files = nil
		return step
	}
	failed := own(step.Lang, "slack.not-handed", "help")
	failed.Kept, failed.Cover = false, step.Cover
	if step.Cover != nil {
		failed.Buttons = step.Cover.Buttons
	}
	return failed
}

// upload sends a file and makes sure that it arrived as it is. One that did not
// is taken away again, and sent once more.
func (a *Adapter) upload(ctx context.Context, channel string, f bot.File) (err error) {
	for range 2 {
		var id string
		var sum [32]byte
		if id, sum, err = a.send(ctx, f); err != nil {
			continue
		}
		shared := a.share(ctx, channel, f.Name, id)
		if shared != nil && !shared.maybe {
			return shared
		}
		if err = a.arrived(ctx, id, sum); err == nil {
			return nil
		}
		_ = a.call(ctx, func(ctx context.Context) error { return a.api.DeleteFileContext(ctx, id) })
	}
	return err
}

func (a *Adapter) share(ctx context.Context, channel, name, id string) *fault {
	return faultOf(a.pace.in(ctx, channel, func(ctx context.Context) error {
		return calls(ctx, manner{tries: 4, careful: true}, func(ctx context.Context) error {
			_, err := a.api.CompleteUploadExternalContext(ctx, slack.CompleteUploadExternalParameters{
				Files: []slack.FileSummary{{ID: id, Title: name}}, Channel: channel,
			})
			return err
		})
	}))
}

// send sends the bytes raw. The SDK sends a form, which it closes twice: what
// some servers make of that ruins an age file.
func (a *Adapter) send(ctx context.Context, f bot.File) (id string, sum [32]byte, err error) {
	var to *slack.GetUploadURLExternalResponse
	err = a.call(ctx, func(ctx context.Context) (err error) {
		to, err = a.api.GetUploadURLExternalContext(ctx, slack.GetUploadURLExternalParameters{FileName: f.Name, FileSize: int(f.Size)})
		return err
	})
	if err != nil {
		return "", sum, err
	}
	if !a.slacks(to.UploadURL) {
		return "", sum, errFile
	}
	err = a.streams(ctx, func(ctx context.Context) error {
		sum, err = a.pour(ctx, to.UploadURL, f)
		return err
	})
	return to.FileID, sum, err
}

// pour sends the bytes of a file to an address, and gives their hash. Its length
// is told beforehand, and so nothing of it is kept in memory.
func (a *Adapter) pour(ctx context.Context, at string, f bot.File) (sum [32]byte, err error) {
	from, err := f.Open(ctx)
	if err != nil {
		return sum, errFile
	}
	defer func() { _ = from.Close() }()
	h := sha256.New()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, at, io.TeeReader(from, h))
	if err != nil {
		return sum, errFile
	}
	r.ContentLength = f.Size
	r.Header.Set("Content-Type", "application/octet-stream")
	resp, err := a.http.Do(r)
	if err != nil {
		return sum, &fault{code: "unreachable", again: true}
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return sum, statusFault(resp)
	}
	return [32]byte(h.Sum(nil)), nil
}

// arrived fetches the file again and compares. Without the right to read files
// there is only Slack's word for it.
func (a *Adapter) arrived(ctx context.Context, id string, sum [32]byte) error {
	if a.o.Attachments == NoFile {
		return nil
	}
	body, err := a.fetch(ctx, fileInfo{ID: id})
	if is(err, "missing_scope") {
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { _ = body.Close() }()
	h := sha256.New()
	if _, err := io.Copy(h, body); err != nil {
		return &fault{code: "unreachable", again: true}
	}
	if [32]byte(h.Sum(nil)) != sum {
		return errFile
	}
	return nil
}

// respond answers at a response address: ephemeral, where the person is.
func (a *Adapter) respond(ctx context.Context, at string, step bot.Step) error {
	if !a.slacks(at) {
		return errFile
	}
	body, err := json.Marshal(map[string]any{
		"response_type": "ephemeral", "replace_original": false, "text": cut(step.Title, bot.MaxTitle), "blocks": a.card(step),
	})
	if err != nil {
		return errFile
	}
	return a.call(ctx, func(ctx context.Context) error {
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, at, bytes.NewReader(body))
		if err != nil {
			return errFile
		}
		r.Header.Set("Content-Type", "application/json; charset=utf-8")
		resp, err := a.http.Do(r)
		if err != nil {
			return &fault{code: "unreachable", again: true, maybe: true}
		}
		defer func() { _ = resp.Body.Close() }()
		if resp.StatusCode != http.StatusOK {
			return statusFault(resp)
		}
		return nil
	})
}

// recaller fetches messages of the one who asks, from their own conversation.
func (a *Adapter) recaller(t turn) func(context.Context, string) (*bot.Message, error) {
	return func(ctx context.Context, ref string) (*bot.Message, error) {
		channel, ts, ok := fromRef(ref)
		if !ok {
			return nil, errPayload
		}
		var found *bot.Message
		err := a.call(ctx, func(ctx context.Context) error {
			h, err := a.api.GetConversationHistoryContext(ctx, &slack.GetConversationHistoryParameters{
				ChannelID: channel, Latest: ts, Oldest: ts, Inclusive: true, Limit: 1,
			})
			if err != nil {
				return err
			}
			for _, m := range h.Messages {
				if m.Timestamp == ts && m.User == t.user && m.BotID == "" {
					blocks, _ := json.Marshal(m.Blocks)
					found = &bot.Message{Text: typed(m.Text, blocks), Ref: ref, Files: a.ofMessage(m)}
				}
			}
			return nil
		})
		if err == nil && found == nil {
			err = &fault{code: "message_not_found"}
		}
		return found, err
	}
}

func (a *Adapter) ofMessage(m slack.Message) []bot.File {
	var list []fileInfo
	for _, f := range m.Files {
		list = append(list, fileInfo{ID: f.ID, Name: f.Name, Size: int64(f.Size), URL: f.URLPrivateDownload, Plain: f.URLPrivate, Access: f.FileAccess})
	}
	taken, _ := a.allowed(list)
	return a.incoming(taken)
}
