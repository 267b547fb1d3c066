package mattermostfake

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"ombra/bot/bottest"
)

// A Person sits in front of a client of the server and talks with the bot: by
// slash command, in the direct channel, by buttons and dialogs. The client is as
// faithful as the webapp: what the server does not send, it does not show.
//
// Each act waits until something new is seen ([Options.Patience] at most), and
// then until the server is quiet.
type Person struct {
	User
	s *Server

	// Guarded by the server's mutex.
	history []*shown // all messages of the bot, oldest first
	seen    []*shown // on the screen
	fresh   []*shown // came since the last act began
	news    int      // counts whatever came
	acting  bool
	open    *form
	unasked []*shown
	last    func() error
}

var _ bottest.Person = (*Person)(nil)

// Seat gives the person of a name, with an account: the same each time.
func (s *Server) Seat(name string) *Person {
	s.mu.Lock()
	u := s.byName(name)
	if u == nil {
		u = s.addUser(name)
	}
	if u.Token == "" {
		u.Token = s.addToken(u.ID, "", true).Token
	}
	p := s.seats[u.ID]
	if p == nil {
		p = &Person{User: u.User, s: s}
		s.seats[u.ID] = p
	}
	s.mu.Unlock()
	return p
}

// hear is what the person's client does with an event. The caller holds mu.
func (p *Person) hear(f frame) {
	text, _ := f.Data["post"].(string)
	switch f.Event {
	case "open_dialog":
		req := decode[model.OpenDialogRequest](f.Data["dialog"].(string))
		p.open = newForm(req)
		p.news++
	case "ephemeral_message":
		p.show(&shown{wirePost: decode[wirePost](text), ephemeral: true})
	case "posted", "post_edited":
		post := decode[wirePost](text)
		author := p.s.users[post.UserID]
		if author != nil && author.isBot || post.Props[model.PostPropsFromWebhook] != nil {
			p.update(post)
		}
	case "post_deleted":
		gone := decode[wirePost](text)
		for _, m := range p.history {
			m.gone = m.gone || m.ID == gone.ID
		}
	}
}

func (p *Person) update(post wirePost) {
	for _, m := range p.history {
		if m.ID == post.ID {
			m.wirePost = post
			if p.acting {
				p.news++
				p.fresh = append(p.fresh, m)
			}
			return
		}
	}
	p.show(&shown{wirePost: post})
}

// show puts a message on the screen: one that was not asked for beside it, except
// for a file, which an answer may bring late.
func (p *Person) show(m *shown) {
	p.history = append(p.history, m)
	p.news++
	if !p.acting && !m.ephemeral && len(m.FileIDs) == 0 {
		p.unasked = append(p.unasked, m)
		return
	}
	p.fresh = append(p.fresh, m)
}

// quiet is how long nothing must happen for an act to be over.
const quiet = 15 * time.Millisecond

// act does something and waits for what comes of it. What is said comes to the
// integration by itself, so that only a clock tells when to give up.
func (p *Person) act(said bool, do func() error) error {
	p.s.mu.Lock()
	patience := p.s.o.Patience
	if p.s.busy != nil && !said {
		patience = min(patience, 5*p.s.quiet)
		if p.s.away != "" { // what happened is told over a wire
			patience = 40 * p.s.quiet
		}
	}
	if len(p.fresh) > 0 {
		p.seen, p.fresh = p.fresh, nil
	}
	p.acting, p.last = true, func() error { return p.act(said, do) }
	before := p.news
	u := p.s.users[p.ID]
	u.bareNow, u.bareNext = u.bareNext, false
	p.s.mu.Unlock()
	defer func() {
		p.s.mu.Lock()
		p.acting = false
		p.s.mu.Unlock()
	}()
	if err := do(); err != nil {
		return err
	}
	until := time.After(patience)
	for waiting := true; waiting; {
		p.s.mu.Lock()
		changed, came := p.s.changed, p.news != before
		p.s.mu.Unlock()
		if came {
			break
		}
		select {
		case <-changed:
		case <-until:
			waiting = false
		}
	}
	return p.s.Settle(p.s.quiet)
}

// Again does the last thing once more, as a double click does.
func (p *Person) Again() error {
	p.s.mu.Lock()
	last := p.last
	p.s.mu.Unlock()
	if last == nil {
		return errors.New("nothing was done yet")
	}
	return last()
}

// Sees implements bottest.Person.
func (p *Person) Sees() bottest.Screen {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	return p.screen(p.current(), p.open)
}

func (p *Person) current() []*shown {
	if len(p.fresh) > 0 || p.open != nil {
		return lastStep(p.fresh)
	}
	return lastStep(p.seen)
}

// lastStep is what a person reads who has just acted: buttons end a step, and
// what came before an earlier step's buttons, a greeting for instance, is further
// up. It is still there: see Direct.
func lastStep(messages []*shown) []*shown {
	end, from := -1, 0
	for i, m := range messages {
		if m.gone || len(m.buttons()) == 0 {
			continue
		}
		if end >= 0 {
			from = end + 1
		}
		end = i
	}
	return messages[from:]
}

// Unasked is what the person was told without having done anything, oldest first.
func (p *Person) Unasked() (list []bottest.Screen) {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	for _, m := range p.unasked {
		list = append(list, p.screen([]*shown{m}, nil))
	}
	return list
}

// Direct is what stands in the direct channel, oldest first: every message of
// the bot that is kept and not deleted.
func (p *Person) Direct() (list []bottest.Screen) {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	for _, m := range p.history {
		if !m.ephemeral && !m.gone {
			list = append(list, p.screen([]*shown{m}, nil))
		}
	}
	return list
}

// request posts, as the person's client does.
func (p *Person) request(path string, body any) ([]byte, error) {
	status, answer := p.s.do(p.Token, http.MethodPost, api+path, "application/json", []byte(toJSON(body)))
	if status >= 300 {
		var f failure
		_ = json.Unmarshal(answer, &f)
		return answer, fmt.Errorf("%s: %d %s", strings.SplitN(path, "/", 3)[1], status, f.ID)
	}
	return answer, nil
}

// Press implements bottest.Person. It looks for the button on the dialog, then
// on the screen, then further up.
func (p *Person) Press(label string) error { return p.pressOf(p, label) }

// Reach presses a button that another person sees, as far as the server lets him.
func (p *Person) Reach(other *Person, label string) error { return p.pressOf(other, label) }

func (p *Person) pressOf(owner *Person, label string) error {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	if do := p.onForm(owner.open, label); do != nil {
		return p.unlocked(do, owner)
	}
	lists := [][]*shown{owner.fresh, owner.seen, owner.history}
	for _, list := range lists {
		for i := len(list) - 1; i >= 0; i-- {
			for _, b := range list[i].buttons() {
				if b.label == label && !list[i].gone {
					return p.unlocked(func() error { return p.pressButton(b) }, owner)
				}
			}
		}
	}
	return fmt.Errorf("no button %q on the screen", label)
}

// unlocked acts without the mutex that the caller holds. Of another's button
// nothing has to come: the server may forbid it.
func (p *Person) unlocked(do func() error, owner *Person) error {
	p.s.mu.Unlock()
	defer p.s.mu.Lock()
	if owner == p {
		return p.act(false, do)
	}
	_ = do()
	return p.s.Settle(p.s.quiet)
}

func (p *Person) pressButton(b button) error {
	p.s.mu.Lock()
	p.open = nil
	p.s.mu.Unlock()
	_, err := p.request("/posts/"+b.post+"/actions/"+b.action, model.DoPostActionRequest{SelectedOption: b.option, Cookie: b.cookie})
	return err
}
