package terminal

import (
	"io"
	"os"

	"golang.org/x/term"

	"ombra/bot"
	"ombra/bot/say"
)

// ask prints the sign that a line is expected and reports whether it is hidden.
func (t *Terminal) ask() (hidden bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.o.TTY {
		t.write("> ")
	}
	return t.armor == nil && t.prompt.Hidden()
}

// leave says what became of a form, or a sealed message, that was not ended.
func (t *Terminal) leave() {
	t.mu.Lock()
	defer t.mu.Unlock()
	out := ""
	if t.o.TTY {
		out = "\n" // the person's line end never came
	}
	if t.armor != nil || !t.prompt.Idle() {
		out += say.In(t.lang).Get("prompt.ended") + "\n"
	}
	t.write(out)
}

// notice prints a step to the person if it is the one meant, and reports so.
func (t *Terminal) notice(to string, s bot.Step) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if prefix+t.account != to {
		return false
	}
	out := t.prompt.Aside(s)
	if t.o.TTY {
		out = "\n" + out + "> "
	}
	return t.write(out)
}

func (t *Terminal) who() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.account
}

func (t *Terminal) words() say.Words {
	t.mu.Lock()
	defer t.mu.Unlock()
	return say.In(t.lang)
}

func (t *Terminal) print(text string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.write(text)
}

// write needs mu. A screen that is gone shows at the next read, which ends Run.
func (t *Terminal) write(text string) (shown bool) {
	_, err := io.WriteString(t.o.Out, text)
	return err == nil
}

// width is asked for each step: windows change.
func (t *Terminal) width() int {
	if f, ok := t.o.Out.(*os.File); ok && t.o.Width == 0 && t.o.TTY {
		if w, _, err := term.GetSize(int(f.Fd())); err == nil && w > 0 {
			return w
		}
	}
	return t.o.Width
}
