package slack

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"ombra/bot"
)

// A fileInfo is a file as payloads name it.
type fileInfo struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	URL    string `json:"url_private_download"`
	Plain  string `json:"url_private"`
	Access string `json:"file_access"`
	Owner  string `json:"user"`
}

var errFile = errors.New("slack: a file could not be carried")

// allowed leaves out the files that this office does not take, and says how many
// those are.
func (a *Adapter) allowed(files []fileInfo) (taken []fileInfo, left int) {
	for _, f := range files {
		sealed := strings.HasSuffix(strings.ToLower(f.Name), ".age")
		if a.o.Attachments == AnyFile || a.o.Attachments == SealedOnly && (sealed || f.Name == "") {
			taken = append(taken, f)
		}
	}
	return taken, len(files) - len(taken)
}

// incoming are lazy streams: nothing is fetched before somebody reads.
func (a *Adapter) incoming(files []fileInfo) []bot.File {
	list := make([]bot.File, len(files))
	for i, f := range files {
		list[i] = bot.File{Name: f.Name, Size: f.Size, Open: func(ctx context.Context) (io.ReadCloser, error) { return a.fetch(ctx, f) }}
	}
	return list
}

// fetch opens a file of Slack's. The token goes to Slack only: the address comes
// from a payload, and files from elsewhere carry any that their owner chose.
func (a *Adapter) fetch(ctx context.Context, f fileInfo) (io.ReadCloser, error) {
	at := f.URL
	if at == "" {
		at = f.Plain
	}
	if at == "" || f.Access == "check_file_info" {
		err := a.call(ctx, func(ctx context.Context) error {
			info, _, _, err := a.api.GetFileInfoContext(ctx, f.ID, 0, 0)
			if err == nil {
				at = info.URLPrivateDownload
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	if !a.slacks(at) {
		return nil, errFile
	}
	r := &resumed{ctx: ctx, from: func() (body io.ReadCloser, err error) {
		err = a.streams(ctx, func(ctx context.Context) (err error) {
			body, err = a.get(ctx, at, f.Size)
			return err
		})
		return body, err
	}}
	var err error
	r.body, err = r.from()
	return r, err
}

// resumed reads on after the connection broke: files at Slack do not change.
type resumed struct {
	ctx   context.Context //nolint:containedctx // of the one reader
	from  func() (io.ReadCloser, error)
	body  io.ReadCloser
	read  int64
	again int
}

func (r *resumed) Read(p []byte) (int, error) {
	for {
		n, err := r.body.Read(p)
		r.read += int64(n)
		if n > 0 || err == nil {
			return n, nil
		}
		if errors.Is(err, io.EOF) {
			return 0, io.EOF
		}
		if r.again++; r.again > 3 || r.ctx.Err() != nil {
			return 0, errFile // the cause quotes the address
		}
		next, err := r.from()
		if err != nil {
			return 0, errFile
		}
		_ = r.body.Close()
		r.body = next
		if _, err := io.CopyN(io.Discard, next, r.read); err != nil {
			return 0, errFile
		}
	}
}

func (r *resumed) Close() error { return r.body.Close() }

// streams is call for what has no end of its own: the body outlives it.
func (a *Adapter) streams(ctx context.Context, f func(context.Context) error) error {
	var last error
	for try := range 4 {
		if last = f(ctx); last == nil {
			return nil
		}
		fault := faultOf(last)
		if !fault.again || !pause(ctx, max(fault.after, 100*time.Millisecond<<try)) {
			break
		}
	}
	return last
}

// get opens an address of Slack's. Where the token does not open the file, Slack
// answers with a page to sign in as if nothing were wrong: its length tells.
func (a *Adapter) get(ctx context.Context, at string, size int64) (io.ReadCloser, error) {
	ctx, end := context.WithCancel(ctx)
	watch := time.AfterFunc(stallTime, end)
	fail := func(err error) (io.ReadCloser, error) {
		watch.Stop()
		end()
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, at, nil)
	if err != nil {
		return fail(errFile)
	}
	r.Header.Set("Authorization", "Bearer "+a.o.BotToken.reveal())
	resp, err := a.http.Do(r) //nolint:bodyclose // watched closes it, or the caller
	if err != nil {
		return fail(&fault{code: "unreachable", again: true})
	}
	body := watched{resp.Body, watch, end}
	if resp.StatusCode != http.StatusOK {
		_ = body.Close()
		return nil, statusFault(resp)
	}
	if size > 0 && resp.ContentLength >= 0 && resp.ContentLength != size {
		_ = body.Close()
		return nil, errFile
	}
	return body, nil
}

// stallTime is how long a file may say nothing, before its first byte and between
// any two: a large one may take its time, a silent one only holds a person up.
const stallTime = 5 * time.Second

// watched is a body that ends when nothing comes any more.
type watched struct {
	io.ReadCloser

	watch *time.Timer
	end   context.CancelFunc
}

func (w watched) Read(p []byte) (int, error) {
	w.watch.Reset(stallTime)
	return w.ReadCloser.Read(p)
}

func (w watched) Close() error {
	w.watch.Stop()
	defer w.end()
	return w.ReadCloser.Close()
}

// slacks reports whether an address is Slack's, or of the server that was put in
// its place.
func (a *Adapter) slacks(at string) bool {
	u, err := url.Parse(at)
	if err != nil || u.User != nil {
		return false
	}
	if api, err := url.Parse(a.o.APIURL); err == nil && u.Scheme == api.Scheme && strings.EqualFold(u.Host, api.Host) {
		return true
	}
	host := strings.ToLower(u.Hostname())
	return a.o.APIURL == slack.APIURL && u.Scheme == "https" && slices.ContainsFunc([]string{"slack.com", "slack-gov.com"}, func(domain string) bool {
		return host == domain || strings.HasSuffix(host, "."+domain)
	})
}
