package main

import (
	"bufio"
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"ombra/crypto/receipt"
)

func newReceipt(d *desk) *cobra.Command {
	return group("receipt", "What a filer does with a receipt, offline", newReceiptCode(d), newReceiptOpen(d), newReceiptKey(d))
}

// askReceipt reads a receipt at a prompt, never as an argument: arguments show
// in process lists and stay in the shell's history.
func (d *desk) askReceipt(origin string) (receipt.Receipt, error) {
	t, err := d.terminal()
	if err != nil {
		line, _ := bufio.NewReader(d.in).ReadString('\n')
		if strings.TrimSpace(line) == "" {
			return receipt.Receipt{}, err
		}
		return receipt.Parse(origin, line)
	}
	for try := 0; ; try++ {
		typed, err := t.secret("Receipt")
		if err != nil {
			return receipt.Receipt{}, err
		}
		rc, err := receipt.Parse(origin, typed)
		if err == nil || try == 2 {
			return rc, err
		}
		if errors.Is(err, receipt.ErrShape) {
			t.say("A receipt has 28 letters and digits. Try again.\n")
			continue
		}
		t.say("One of the symbols is wrong, or this is a receipt of another office. Try again.\n")
	}
}

func (d *desk) receiptHere() (folder, receipt.Receipt, error) {
	at, err := d.known()
	if err != nil {
		return at, receipt.Receipt{}, err
	}
	rc, err := d.askReceipt(at.origin)
	return at, rc, err
}
