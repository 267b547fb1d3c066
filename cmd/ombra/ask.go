package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"time"

	"ombra/cases/sqlite"
	"ombra/config"
)

// ask has a command of the table done: by the server if one is there, else in an
// office that is opened here. Either way the same code runs.
func (o *options) ask(ctx context.Context, do string, with, into any) error {
	cfg, err := o.load()
	if err != nil {
		return err
	}
	return o.askOffice(ctx, cfg, do, with, into)
}

func (o *options) askOffice(ctx context.Context, cfg *config.Config, do string, with, into any) error {
	text, err := json.Marshal(with)
	if err != nil {
		return err
	}
	r := request{Do: do, With: text}
	for end := time.Now().Add(waitTime); ; {
		a, err := askServer(ctx, cfg, r)
		if errors.Is(err, errNoServer) {
			a, err = o.askHere(ctx, cfg, r)
		}
		// A server that starts or stops holds the database and has no socket.
		if errors.Is(err, sqlite.ErrInUse) && time.Now().Before(end) && pause(ctx, 100*time.Millisecond) {
			continue
		}
		if err != nil {
			return err
		}
		return a.decode(into)
	}
}

const waitTime = 3 * time.Second

func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

// askHere opens the office for one command.
func (o *options) askHere(ctx context.Context, cfg *config.Config, r request) (a answer, err error) {
	of, err := openOffice(ctx, cfg, o.now)
	if err != nil {
		return answer{}, err
	}
	defer func() { err = errors.Join(err, of.close()) }()
	return perform(ctx, of, r), nil
}

var errNoServer = errors.New("no server")

func askServer(ctx context.Context, cfg *config.Config, r request) (answer, error) {
	c, err := new(net.Dialer).DialContext(ctx, "unix", path(cfg, "admin.sock"))
	if err != nil {
		return answer{}, errNoServer
	}
	defer func() { _ = c.Close() }()
	_ = c.SetDeadline(time.Now().Add(map[bool]time.Duration{true: backupTime}[r.Do == "backup"] + askTime))
	line, err := json.Marshal(r)
	if err != nil {
		return answer{}, err
	}
	var a answer
	if _, err = c.Write(append(line, '\n')); err == nil {
		line, err = readLine(c, maxAnswer)
	}
	if err == nil {
		err = json.Unmarshal(line, &a)
	}
	if err != nil {
		return answer{}, fail("the server ended before it answered", "look whether it was done, with ombra roster list or ombra check")
	}
	return a, nil
}

// readLine reads up to a newline, and gives up when there is none in time.
func readLine(r io.Reader, most int64) ([]byte, error) {
	line, err := bufio.NewReader(io.LimitReader(r, most)).ReadBytes('\n')
	if err != nil {
		return nil, errRequest
	}
	return line, nil
}

// decode gives the result of an answer, or its error.
func (a answer) decode(into any) error {
	if a.Error != "" {
		return &failure{code: a.Code, words: a.Error, hint: a.Hint}
	}
	return json.Unmarshal(a.Result, into)
}
