package main

import (
	"bufio"
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"ombra/cases/papers"
	"ombra/crypto"
	"ombra/crypto/receipt"
)

func newReceipt(d *desk) *cobra.Command {
	return group("receipt", "What a filer does with a receipt, offline", newReceiptCode(d), newReceiptOpen(d), newReceiptKey(d))
}

// askReceipt reads a receipt at a prompt, never as an argument: arguments show
// in process lists and stay in the shell's history.
func (d *desk) askReceipt(origin string) (receipt.Receipt, error) {
	t, err := d.terminal("give the receipt as the first line of standard input")
	if err != nil {
		line, _ := bufio.NewReader(d.in).ReadString('\n')
		if strings.TrimSpace(line) == "" {
			return receipt.Receipt{}, err
		}
		return receipt.Parse(origin, line)
	}
	for try := 1; ; try++ {
		typed, err := t.secret("Receipt")
		if err != nil {
			return receipt.Receipt{}, err
		}
		rc, err := receipt.Parse(origin, typed)
		if err == nil || try == tries {
			return rc, err
		}
		if errors.Is(err, receipt.ErrShape) {
			t.say("A receipt has 28 letters and digits. Try again.\n")
			continue
		}
		t.say("One of the symbols is wrong, or this is a receipt of another office. Try again.\n")
	}
}

// officeFlag names the office as a filer can, who has pinned none.
func officeFlag(cmd *cobra.Command, name *string) {
	cmd.Flags().StringVar(name, "office", "", "the office file, from the office's web site (or name the office with --origin)")
}

// officeOf finds the office of a receipt and the keys that its answers are
// verified with. A file that has run out still says which office it is.
func (d *desk) officeOf(name string) (string, papers.Pins, error) {
	if name == "" {
		at, err := d.known()
		if errors.Is(err, errNoOffice) {
			return "", papers.Pins{}, usage("no office is known here yet", "name it with --origin ombud.example.org, or its file with --office office.note")
		}
		if err != nil {
			return "", papers.Pins{}, err
		}
		pins, err := at.pins()
		return at.origin, pins, err
	}
	n, _, err := d.readOffice(name)
	if err != nil {
		return "", papers.Pins{}, err
	}
	pins, err := d.office(n.Origin).pins()
	if err != nil {
		return "", papers.Pins{}, err
	}
	if err := checkVerifier(n, pins); err != nil {
		return "", papers.Pins{}, err
	}
	d.sayUnpinned(n, pins)
	for _, m := range n.Ombudsmen {
		// A key that somebody compared outlives what a file says later.
		if _, pinned := pins.Enrolments[m.Name]; pinned {
			continue
		}
		if e, err := crypto.OpenEnrol([]byte(m.Enrolment)); err == nil { // ParseOffice has verified it
			pins.Enrolments[m.Name] = e
		}
	}
	return n.Origin, pins, nil
}

func (d *desk) receiptHere(office string) (receipt.Receipt, error) {
	origin, _, err := d.officeOf(office)
	if err != nil {
		return receipt.Receipt{}, err
	}
	return d.askReceipt(origin)
}
