package terminal

import (
	"context"
	"fmt"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode"

	"ombra/bot"
	"ombra/bot/bottest"
	"ombra/bot/say"
)

// A typist types lines at a terminal and reads what is printed.
type typist struct {
	tb   testing.TB
	seat *Terminal
	dir  string // of the files that the person has

	// What a terminal does not print, but everybody who fills a form in knows:
	// what its fields are called here, and what they hold.
	step    bot.Step
	field   bot.Field // the one that is asked
	answers int       // that the bot gave

	screen  bottest.Screen
	unsent  url.Values // what was still to be typed when a field was asked again
	unfiled []bot.File

	mu   sync.Mutex
	busy bool // guarded by mu, like what follows
	page strings.Builder
	told []bottest.Screen
}

var words = say.In("en")

var _ bottest.Person = (*typist)(nil)

// newTypist seats a person. The screen is so wide that no line is broken: words
// are looked for in lines.
func newTypist(tb testing.TB, o Options, h bot.Handler) *typist {
	tb.Helper()
	p := &typist{tb: tb, dir: tb.TempDir()}
	o.Out, o.Width, o.Save = p, 1<<20, filepath.Join(p.dir, "received")
	p.seat = New(o, func(ctx context.Context, ev bot.Event) bot.Step {
		p.answers++
		step := h(ctx, ev)
		if !step.Empty() {
			p.step = step
		}
		return step
	})
	if o.Hall != nil {
		tb.Cleanup(o.Hall.seat(p.seat))
	}
	return p
}

// Write is the screen. What is printed while nothing is typed is a notice.
func (p *typist) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.busy {
		p.told = append(p.told, p.read(string(b), noticed))
	}
	return p.page.Write(b)
}

func (p *typist) notices() []bottest.Screen {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.told)
}

// act does one thing and reads what is printed then.
func (p *typist) act(do func()) {
	p.mu.Lock()
	p.busy = true
	p.page.Reset()
	p.mu.Unlock()
	do()
	how := carded
	if !p.idle() {
		how = asked
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.busy = false
	if p.page.Len() > 0 {
		p.screen = p.read(p.page.String(), how)
	}
}

func (p *typist) line(line string) {
	p.act(func() { p.seat.line(context.Background(), line) })
}

func (p *typist) idle() bool {
	p.seat.mu.Lock()
	defer p.seat.mu.Unlock()
	return p.seat.prompt.Idle()
}

// printing is what stands on a page: a card, a form's question, or a notice.
type printing int

const (
	carded printing = iota
	asked
	noticed
)

var (
	buttonLine = regexp.MustCompile(`^  \[\.?([0-9]+)\] (.+)$`)
	verbLine   = regexp.MustCompile(`^(.+): type [a-z]+$`)
	fieldLine  = regexp.MustCompile(`^(?:[0-9]+ of [0-9]+: )?(.+?)(?: \(optional\))?$`)
)

// read takes apart what is printed, line by line.
func (p *typist) read(printed string, how printing) bottest.Screen {
	s := bottest.Screen{Private: how != noticed, Values: url.Values{}, Problems: map[string]string{}}
	var text strings.Builder
	for line := range strings.SplitSeq(strings.TrimSuffix(printed, "\n"), "\n") {
		if m := buttonLine.FindStringSubmatch(line); m != nil {
			s.Buttons = append(s.Buttons, m[2])
			continue
		}
		if m := verbLine.FindStringSubmatch(line); m != nil && how == noticed {
			s.Buttons = append(s.Buttons, m[1])
		}
		if path, ok := strings.CutPrefix(line, "Saved: "); ok {
			f, err := localFile(path)
			if err != nil {
				p.tb.Error(err)
			}
			s.Files = append(s.Files, f)
		}
		if f, ok := p.named(line); ok && how == asked {
			p.field = f
		}
		if problem, ok := strings.CutPrefix(line, "! "); ok {
			s.Problems[p.field.ID] = problem
		}
		text.WriteString(strings.TrimPrefix(strings.TrimPrefix(line, "  |"), " ") + "\n")
	}
	s.Text = text.String()
	if how == asked {
		for _, f := range p.step.Fields {
			s.Fields = append(s.Fields, f.ID)
			s.Values[f.ID] = f.Value
		}
	}
	for _, r := range printed {
		if r != '\n' && unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			s.Harm = append(s.Harm, fmt.Sprintf("%U", r))
		}
	}
	return s
}

// named finds the field that a line asks for.
func (p *typist) named(line string) (bot.Field, bool) {
	m := fieldLine.FindStringSubmatch(line)
	i := slices.IndexFunc(p.step.Fields, func(f bot.Field) bool { return m != nil && f.Label == m[1] })
	if i < 0 {
		return bot.Field{}, false
	}
	return p.step.Fields[i], true
}

// reviews tells the question whether to send from the others.
func (p *typist) reviews() bool {
	return strings.HasPrefix(strings.TrimSpace(p.screen.Text), words.Get("prompt.review"))
}
