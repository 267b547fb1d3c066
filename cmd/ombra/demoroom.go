package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/term"

	"ombra/adapters/terminal"
	"ombra/cases/papers"
)

const demoHelp = `This is a demonstration: an office with three ombudsmen, anna, bela and chris.

  be NAME           be somebody: staff, claimant, anna, bela, chris, or anyone
  open PASSCODE     as an ombudsman: open the papers that you got, on "your own machine"
  answer TEXT       then: sign an answer; also: ask TEXT, note TEXT
  close TEXT        sign the final answer and close the case
  file PATH         drop a file into the conversation, such as the act just signed
  quit              leave

Everything else is what the bot offers: type the number or the words of a button.
You are %s.`

// room is the interactive demonstration.
type room struct {
	*demoOffice
	out      io.Writer
	seat     *terminal.Terminal
	who      string
	inbox    string // the folder in which handed-over files are saved
	thread   *papers.Thread
	threadOf string
	acts     int
}

func (d *demoOffice) sit(ctx context.Context, in io.Reader, out io.Writer) error {
	r := &room{demoOffice: d, out: out, who: "staff", inbox: filepath.Join(d.dir, "received")}
	if err := os.Mkdir(r.inbox, 0o700); err != nil {
		return err
	}
	file, ok := in.(*os.File)
	tty := ok && term.IsTerminal(int(file.Fd()))
	r.seat = terminal.New(terminal.Options{
		In: in, Out: out, TTY: tty, Account: r.who, Verbs: d.Bot.Verbs(), Save: r.inbox, Hook: r.line,
	}, d.Bot.Handle)
	say(out, demoHelp+"\n", r.who)
	return r.seat.Run(ctx)
}

// line takes the demonstration's own words.
func (r *room) line(line string) bool {
	word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
	rest = strings.TrimSpace(rest)
	var err error
	switch strings.ToLower(word) {
	case "be":
		err = r.be(rest)
	case "open":
		err = r.open(rest)
	case "answer", "ask", "note", "close":
		err = r.sign(strings.ToLower(word), rest)
	default:
		return false
	}
	if err != nil {
		say(r.out, "%s", err)
	}
	return true
}

func (r *room) be(name string) error {
	if name == "" {
		return errors.New("be whom? Type: be anna")
	}
	r.who = name
	r.seat.As(name)
	say(r.out, "\nYou are %s.\n", name)
	return nil
}

// open plays the ombudsman's own machine.
func (r *room) open(passcode string) error {
	m, ok := r.Machines[r.who]
	if !ok {
		return errors.New("only an ombudsman has a machine with keys; be anna first")
	}
	file, err := newest(r.inbox, "papers")
	if err != nil {
		return err
	}
	t, err := m.Open(file, passcode)
	if err != nil {
		return err
	}
	r.thread, r.threadOf = t, r.who
	var text bytes.Buffer
	if err := t.Text(&text); err != nil {
		return err
	}
	say(r.out, "%s\n(Opened on %s's own machine. Now: answer TEXT, ask TEXT, note TEXT or close TEXT.)", text.String(), r.who)
	return nil
}

// sign signs an act and lays it where it can be dropped into the chat.
func (r *room) sign(do, text string) error {
	if r.thread == nil || r.threadOf != r.who {
		return errors.New("get the papers of a case first, then: open PASSCODE")
	}
	d := papers.Draft{Do: do, Text: text}
	if do == "close" {
		d.Set, d.Lessons = map[string]string{"disposition": "substantiated"}, "none, because this is a demonstration"
	}
	f, err := r.Machines[r.who].Sign(r.thread, d, string(r.Cases.Today()))
	if err != nil {
		return err
	}
	stream, err := f.Open(context.Background())
	if err != nil {
		return err
	}
	defer func() { _ = stream.Close() }()
	data, err := io.ReadAll(stream)
	if err != nil {
		return err
	}
	r.acts++
	path := filepath.Join(r.dir, fmt.Sprintf("act-%d.age", r.acts))
	if err := os.WriteFile(path, data, 0o600); err != nil {
		return err
	}
	say(r.out, "Signed on %s's own machine. Drop it into the chat with:\n\n  file %s\n", r.who, path)
	return nil
}

// newest reads the newest file of a folder whose name begins so.
func newest(dir, prefix string) ([]byte, error) {
	list, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var best os.FileInfo
	for _, e := range list {
		info, err := e.Info()
		if err == nil && strings.HasPrefix(e.Name(), prefix) && (best == nil || info.ModTime().After(best.ModTime())) {
			best = info
		}
	}
	if best == nil {
		return nil, errors.New("no papers were handed over yet: open a case in the inbox and get them")
	}
	return os.ReadFile(filepath.Join(dir, best.Name())) //nolint:gosec // the demonstration's own folder
}
