package main

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"ombra/adapters/terminal"
)

// crowd is people who file, one report after the other, each from an account of
// its own, until they are told to go home. Whoever gets no answer does not know
// whether the report was filed, and sends the same form again.
type crowd struct {
	socket string
	home   chan struct{}
	all    sync.WaitGroup

	mu      sync.Mutex
	shown   []string // receipts; guarded by mu, like what follows
	again   int      // forms sent again
	trouble []error
}

func gather(socket string, people int) *crowd {
	c := &crowd{socket: socket, home: make(chan struct{})}
	for i := range people {
		c.all.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-c.home:
					return
				case <-time.After(time.Duration(rand.IntN(25)) * time.Millisecond):
				}
				f := &filer{account: fmt.Sprintf("p%d-%d", i, n)}
				if n%5 == 0 { // large enough for the shelf
					f.files = []terminal.Upload{{Name: "scan.pdf", Data: bytes.Repeat([]byte(f.account), 20000)}}
				}
				if err := c.one(f); err != nil {
					c.mu.Lock()
					c.trouble = append(c.trouble, err)
					c.mu.Unlock()
					return
				}
			}
		})
	}
	return c
}

// one files one report, however often the server dies on the way.
func (c *crowd) one(f *filer) error {
	defer func() {
		if f.client != nil {
			f.close()
		}
	}()
	sent := 0
	for end := time.Now().Add(30 * time.Second); ; {
		shown, err := c.try(f, &sent)
		switch {
		case err == nil:
			c.mu.Lock()
			defer c.mu.Unlock()
			c.shown = append(c.shown, shown)
			c.again += sent - 1
			return nil
		case time.Now().After(end):
			return fmt.Errorf("no receipt within half a minute: %w", err)
		case errors.Is(err, errStep):
			return err
		}
		if f.client != nil {
			f.close()
			f.client = nil
		}
		// Somebody who never sent the form may as well go home.
		select {
		case <-c.home:
			if sent == 0 {
				return nil
			}
		default:
		}
		if errors.Is(err, errBusy) {
			<-time.After(100 * time.Millisecond)
		}
		<-time.After(2 * time.Millisecond)
	}
}

func (c *crowd) try(f *filer, sent *int) (string, error) {
	if f.client == nil {
		client, err := terminal.Dial(c.socket)
		if err != nil {
			return "", err
		}
		f.client = client
	}
	if f.token == "" {
		if err := f.form(); err != nil {
			return "", err
		}
	}
	*sent++
	shown, err := f.send()
	if errors.Is(err, errBusy) {
		*sent-- // it was answered, and is known not to be stored
	}
	return shown, err
}

// take gives the receipts that were shown since the last time.
func (c *crowd) take(from int) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.shown[from:len(c.shown):len(c.shown)]
}
