package mattermost

import (
	"context"
	"io"
	"strings"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"ombra/bot"
)

// Busy tells whether something is being answered.
func (a *Adapter) Busy() bool { return a.working.Load() > 0 }

// Paths of the callbacks, for those who forge.
func (a *Adapter) Paths() (slash, press, submit string) {
	return a.paths.slash, a.paths.press, a.paths.submit
}

// Base is where the listener is reached.
func (a *Adapter) Base() string { return a.public }

// Answers lets an Adapter answer that is not served.
func (a *Adapter) Answers(h bot.Handler) { a.handle = h }

// Close gives back the listener of an Adapter that was never served.
func (a *Adapter) Close() { _ = a.listener.Close() }

// Recalled is what an account's reference fetches.
func (a *Adapter) Recalled(ctx context.Context, user, ref string) (*bot.Message, error) {
	return a.recall(ctx, user, ref)
}

// Taken are the files that an office takes from a message.
func Taken(kind Attachments, names ...string) (list []string) {
	a := &Adapter{o: Options{Attachments: kind}}
	m, err := a.messageOf(context.Background(), postWith(names))
	if err != nil {
		return []string{err.Error()}
	}
	for _, f := range m.Files {
		list = append(list, f.Name)
	}
	return list
}

func postWith(names []string) *model.Post {
	p := &model.Post{Metadata: &model.PostMetadata{}}
	for _, name := range names {
		id := model.NewId()
		p.FileIds = append(p.FileIds, id)
		p.Metadata.Files = append(p.Metadata.Files, &model.FileInfo{Id: id, Name: name})
	}
	return p
}

// Patience is how long a callback is waited for.
func (a *Adapter) Patience(d time.Duration) { a.patience = d }

// Speaks makes it ask for people's languages, as with catalogs in that many.
func (a *Adapter) Speaks(langs int) { a.langs = langs }

// Forget leaves somebody without a response_url.
func (a *Adapter) Forget(user string) {
	a.pocket.mu.Lock()
	defer a.pocket.mu.Unlock()
	delete(a.pocket.hooks, user)
}

// Fetched is what a server gives for a file.
func Fetched(ctx context.Context, address string) (io.ReadCloser, error) {
	a, err := New(Options{
		URL: address, Token: NewSecret("t"), Slash: NewSecret("s"), Paths: NewSecret(strings.Repeat("p", minSecret)), Listen: "127.0.0.1:0",
	})
	if err != nil {
		return nil, err
	}
	return a.incoming(&model.FileInfo{Id: model.NewId(), Name: "a.age"}).Open(ctx)
}
