package mattermostfake_test

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	fake "ombra/adapters/mattermost/mattermostfake"
)

// TestCrowd: many people at once, while sockets break and the server restarts.
// Everybody sees his own, and nothing deadlocks.
func TestCrowd(t *testing.T) {
	d := open(t, fake.Options{})
	ctx := context.Background()
	d.slash = func(f url.Values) any {
		if _, err := d.client.OpenInteractiveDialog(ctx, dialog(f.Get("trigger_id"), d.URL+"/submit")); err != nil {
			return model.CommandResponse{Text: "down"} // the server was restarting
		}
		return model.CommandResponse{Text: "for " + f.Get("user_name")}
	}
	d.submit = func(r model.SubmitDialogRequest) any {
		return model.SubmitDialogResponse{Errors: map[string]string{"what": "not " + r.Submission["what"].(string)}}
	}
	stop := make(chan struct{})
	var trouble, people sync.WaitGroup
	trouble.Go(func() {
		for {
			select {
			case <-stop:
				return
			case <-time.After(20 * time.Millisecond):
				d.srv.DropSockets()
				if err := d.srv.Restart(); err != nil {
					t.Error(err)
				}
			}
		}
	})
	for i := range 40 {
		people.Go(func() {
			name := fmt.Sprintf("person%d", i)
			p := d.srv.Seat(name)
			for range 100 {
				if err := p.Pick("report"); err != nil {
					t.Errorf("%s: %v", name, err)
					return
				}
				if p.Sees().Has("for " + name) { // else the server broke off in between
					break
				}
			}
			if screen := p.Sees(); !screen.Has("for "+name) || strings.Count(screen.Text, "for person") != 1 {
				t.Errorf("%s sees %s", name, screen.Text)
			}
			if err := p.Send(url.Values{"what": {name}}); err != nil || p.Sees().Problems["what"] != "not "+name {
				t.Errorf("%s: %v, %s", name, err, p.Sees().Text)
			}
		})
	}
	people.Wait()
	close(stop)
	trouble.Wait()
}
