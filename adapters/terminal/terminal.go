// Package terminal is the bot in a terminal: for the demonstration, for an
// office of one machine, and for tests. [Terminal] is one person at one
// terminal, [Hall] reaches those who sit at one, and [Wire] is the same bot
// behind a Unix socket, which only test offices open.
//
// Here the terminal plays the chat platform. So it holds in memory what was
// said while it runs, because a platform would ([bot.Event].Recall), and
// forgets it at the end; it writes nothing but the files a step hands over.
//
// Goroutines: Run reads its input in one that ends with the input, because a
// blocked read of a terminal cannot be called back; everything else happens
// in the caller's.
package terminal

import (
	"cmp"
	"context"
	"errors"
	"io"
	"os"
	"sync"

	"ombra/bot"
	"ombra/bot/prompt"
)

// Options say who sits where. Only In and Out are needed.
type Options struct {
	In      io.Reader
	Out     io.Writer
	TTY     bool   // In and Out are a terminal: hide what is hidden, print bold
	Account string // the name of whoever sits there; "guest" if empty
	Lang    string // a hint, until the bot answers in another language
	Width   int    // of a line; zero: the terminal's, else 80
	// Verbs are the words that the bot knows. A line that begins with one is
	// that verb, any other is said to the bot.
	Verbs []string
	// Files opens a path that was typed; nil: the files of this machine.
	Files func(path string) (bot.File, error)
	// Save is the folder for files that the bot hands over. Nothing in it is
	// overwritten. Empty: they are not saved, and that is said.
	Save string
	// Hook sees each line first while nothing is asked. It runs in Run's
	// goroutine and may call As.
	Hook func(line string) (handled bool)
	// Hall makes the person reachable while Run runs.
	Hall *Hall
}

// Terminal is one person at one terminal.
type Terminal struct {
	o      Options
	handle bot.Handler
	said   *memory
	armor  *armor // a sealed message that is being pasted; Run's goroutine only

	mu      sync.Mutex // covers what follows, and writing to Out
	prompt  *prompt.Prompt
	account string
	lang    string
}

// Account mints the account of a name, as it comes in a terminal's events.
func Account(name string) bot.Account { return bot.NewAccount(prefix + name) }

const prefix = "terminal:"

// via is what every event of this package came through. Nothing that is typed
// here is kept by a chat platform.
var via = bot.Via{Name: "terminal", Files: true}

// New returns a terminal that sends what is typed to h.
func New(o Options, h bot.Handler) *Terminal {
	if o.Files == nil {
		o.Files = localFile
	}
	t := &Terminal{o: o, handle: h, said: newMemory(), account: cmp.Or(o.Account, "guest"), lang: o.Lang}
	t.prompt = t.newPrompt()
	return t
}

func (t *Terminal) newPrompt() *prompt.Prompt {
	p := prompt.New()
	// https://no-color.org: set to anything, it also switches bold off.
	p.Bold = t.o.TTY && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
	p.Exists = func(path string) bool {
		_, err := t.o.Files(path)
		return err == nil
	}
	return p
}

// Run greets the person and takes line after line until the input ends, the
// person types "quit" or ctx ends. Its error never quotes what was typed.
func (t *Terminal) Run(ctx context.Context) error {
	in := newInput(t.o.In, t.o.TTY)
	defer in.close()
	if t.o.Hall != nil {
		defer t.o.Hall.seat(t)()
	}
	t.send(ctx, bot.Event{})
	for {
		hidden := t.ask()
		line, err := in.next(ctx, hidden)
		if hidden && in.hides() {
			t.print("\n") // the one the person typed was not echoed
		}
		switch {
		case errors.Is(err, errCut):
			t.print(t.words().Get("prompt.cut") + "\n")
			continue
		case errors.Is(err, errLong):
			t.print(t.words().Get("prompt.long_line") + "\n")
			continue
		case ctx.Err() != nil, errors.Is(err, io.EOF):
			t.leave()
			return nil
		case err != nil:
			return err
		}
		if !t.line(ctx, line) {
			return nil
		}
	}
}

// As changes who sits at the terminal: the next event comes from that account.
// What was asked of the one before is dropped. After a Hook that called it,
// the new person is greeted.
func (t *Terminal) As(account string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.account, t.lang, t.prompt = account, t.o.Lang, t.newPrompt()
}

// send hands an event to the bot and shows what comes back.
func (t *Terminal) send(ctx context.Context, ev bot.Event) {
	t.mu.Lock()
	account := t.account
	ev.From, ev.Via, ev.Lang = Account(account), via, t.lang
	t.mu.Unlock()
	ev.Recall = func(_ context.Context, ref string) (*bot.Message, error) { return t.said.recall(account, ref) }
	step := t.handle(ctx, ev)
	t.mu.Lock()
	if step.Lang != "" {
		t.lang = step.Lang
	}
	t.prompt.Width = t.width()
	t.write(t.prompt.Show(step))
	t.mu.Unlock()
	t.hand(ctx, step.Files)
}
