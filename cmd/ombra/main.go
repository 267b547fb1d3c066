// Ombra is the host's program: it sets up an office, serves it, and keeps its
// roster and its custody log. It holds no key that opens what it keeps.
//
// # What it keeps
//
// In the office's data folder, which is closed to everybody but its owner:
//
//	ombra.db             the database; its .lock keeps a second program out
//	files/               age files that are too large for the database
//	log.key              signs the custody log and the office file
//	origin               the name under which the office was set up, for ever
//	keys/token.json      keys of form state, two days; never in a backup
//	keys/transport-*.key each month's transport identity, 90 days; likewise
//	backup.tmp           while a backup is made: a copy of the database
//	restoring            while it is restored: an office with it does not open
//	admin.sock           while it serves: the administrative commands
//	test.sock            while it serves a test office: the test platform
//
// # Who may do what
//
// One process has the database open. While `ombra serve` runs, the other
// commands ask it through admin.sock, which answers the owner of the process
// and root; else they open the database themselves. Either way the same table
// of named commands is used (admin.go), and none of them can speak for anybody
// in a conversation.
//
// # Goroutines of serve
//
// The test platform and the admin socket (intake), the sender of notices, the
// daily jobs, the ageing of keys, the second place of the log, and monitoring if
// it is configured (jobs). All of them end, in this order,
// before the database is closed; see serve.go.
//
// # Exit codes
//
// 0 done; 1 failed, or something must be mended; 2 wrong usage; 3 what was given
// is refused (an enrolment, an answer, a log that does not hold).
package main

import (
	"context"
	"os"
)

func main() {
	if err := harden(); err != nil {
		_, _ = os.Stderr.WriteString("ombra: the process could not be closed off from debuggers and core dumps\n")
		os.Exit(exitFailed)
	}
	o := newOptions()
	o.mute = muteRuntime
	os.Exit(run(context.Background(), os.Args[1:], o))
}

// run is main without the process: tests call it too.
func run(ctx context.Context, args []string, o *options) int {
	cmd := newRoot(o)
	cmd.SetArgs(args)
	cmd.SetIn(o.in)
	cmd.SetOut(o.out)
	cmd.SetErr(o.err)
	return o.report(cmd.ExecuteContext(ctx))
}
