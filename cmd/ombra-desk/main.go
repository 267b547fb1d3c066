// Ombra-desk is what people run on their own machines: ombudsmen to read cases
// and to sign what they do, filers to seal a report and to read answers, and
// auditors to verify the custody log. It never touches the office's database
// and needs no network.
//
// # What it keeps
//
// Under the user's configuration folder (--home, OMBRA_DESK_HOME), a folder for
// each office, private to the user:
//
//	key.age            both secret keys of an ombudsman, under a passphrase; stock age reads it
//	me.enrolment       their public halves, signed
//	office.note        the office file as it was pinned
//	pins.json          keys of colleagues and the last checkpoint of the log
//	opened/<case>.age  the last papers of a case, sealed to the own key
//	drafts/<case>.age  the last act of a case before it was signed, likewise
//
// Nothing readable is ever written but what somebody asks for: attachments with
// --out. There are no temporary files with words in them.
//
// # Prompts
//
// Secrets are asked for on the terminal, not on standard input, so that pipes
// work, and are never arguments, which other users of a machine can see. Scripts
// without a terminal name files: OMBRA_DESK_PASSPHRASE_FILE for the passphrase of
// the key and OMBRA_DESK_PASSCODE_FILE for the passcode of papers; a receipt is
// then the first line of standard input. What is mistyped on a terminal is asked
// for again, twice, and all else is checked first: a secret that nobody asks for
// any more is typed into the shell.
//
// # Exit codes
//
// 0 done; 1 failed; 2 wrong usage; 3 what was given is refused (papers that do
// not fit, a broken log, a conflict).
package main

import (
	"os"
)

func main() { os.Exit(run(os.Args[1:], newDesk())) }

// run is main without the process: tests call it too.
func run(args []string, d *desk) int {
	cmd := newRoot(d)
	cmd.SetArgs(args)
	cmd.SetIn(d.in)
	cmd.SetOut(d.out)
	cmd.SetErr(d.err)
	err := cmd.Execute()
	d.closeTerminal()
	return d.report(err)
}
