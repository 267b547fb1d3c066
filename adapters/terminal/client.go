package terminal

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"sync"

	"ombra/bot"
)

// Client speaks to a Wire, for any number of accounts. It is safe for
// concurrent use. One goroutine reads the connection; Close ends it.
type Client struct {
	link    *link
	notices chan Notice
	ended   chan struct{}

	mu      sync.Mutex // covers what follows
	last    int64
	waiting map[int64]chan frame // nil once the connection has ended
}

// ErrEnded says that the connection ended before the answer came: the request
// may have been carried out or not.
var ErrEnded = errors.New("terminal: the connection has ended")

// Dial opens a connection to the socket of a Wire.
func Dial(path string) (*Client, error) {
	conn, err := dial(path)
	if err != nil {
		return nil, fmt.Errorf("dial the socket: %w", err)
	}
	c := &Client{
		link: &link{conn: conn}, notices: make(chan Notice, 4096), ended: make(chan struct{}),
		waiting: map[int64]chan frame{},
	}
	go c.read()
	return c, nil
}

// dial needs no ctx: a local socket takes or refuses at once.
func dial(path string) (net.Conn, error) {
	return new(net.Dialer).DialContext(context.Background(), "unix", path)
}

// Do sends a request and waits for its step. Its ID is set here.
func (c *Client) Do(r Request) (bot.Step, error) {
	answer := make(chan frame, 1)
	c.mu.Lock()
	if c.waiting == nil {
		c.mu.Unlock()
		return bot.Step{}, ErrEnded
	}
	c.last++
	r.ID = c.last
	c.waiting[r.ID] = answer
	c.mu.Unlock()
	if err := c.send(r); err != nil {
		c.mu.Lock()
		delete(c.waiting, r.ID)
		c.mu.Unlock()
		return bot.Step{}, err
	}
	f, ok := <-answer
	switch {
	case !ok:
		return bot.Step{}, ErrEnded
	case f.Error != "":
		return bot.Step{}, errors.New(f.Error)
	}
	return f.Step.unpack(), nil
}

func (c *Client) send(r Request) error {
	line, err := json.Marshal(r)
	if err != nil || len(line) >= maxFrame {
		return errFrame
	}
	c.link.writing.Lock()
	defer c.link.writing.Unlock()
	if _, err := c.link.conn.Write(append(line, '\n')); err != nil {
		return ErrEnded
	}
	return nil
}

// Watch asks for the notices of an account. They arrive on Notices.
func (c *Client) Watch(account string) error {
	_, err := c.Do(Request{Watch: account})
	return err
}

// Notices is closed when the connection ends. Whoever watches must read it:
// when 4096 lie there unread, the connection is ended rather than one dropped.
func (c *Client) Notices() <-chan Notice { return c.notices }

// Close ends the connection and waits for its goroutine. Requests that wait
// end with ErrEnded.
func (c *Client) Close() error {
	err := c.link.conn.Close()
	<-c.ended
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

func (c *Client) read() {
	defer close(c.ended)
	defer close(c.notices)
	defer c.fail()
	in := bufio.NewReader(c.link.conn)
	for {
		line, err := readFrame(in, maxFrame)
		if err != nil {
			return
		}
		var f frame
		if err := json.Unmarshal(line, &f); err != nil {
			return
		}
		if f.Notice == nil {
			c.deliver(f)
			continue
		}
		select {
		case c.notices <- Notice{Account: f.Notice.Account, Key: f.Notice.Key, Step: f.Notice.Step.unpack()}:
		default:
			return
		}
	}
}

func (c *Client) deliver(f frame) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if answer, ok := c.waiting[f.ID]; ok {
		answer <- f
		delete(c.waiting, f.ID)
	}
}

// fail wakes everybody who still waits.
func (c *Client) fail() {
	_ = c.link.conn.Close()
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, answer := range c.waiting {
		close(answer)
	}
	c.waiting = nil
}
