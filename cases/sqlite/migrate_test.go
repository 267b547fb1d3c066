package sqlite

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"ombra/cases"
)

// TestCasesOfTheFirstVersion: an open case that was stored before there were
// clocks is seen to on the first day, and a closed one is not.
func TestCasesOfTheFirstVersion(t *testing.T) {
	path := filepath.Join(folder(t), "ombra.db")
	if err := private(path, true); err != nil { // whatever the umask is
		t.Fatal(err)
	}
	c, err := connect(dsn(path, ""))
	if err != nil {
		t.Fatal(err)
	}
	err = errors.Join(
		c.migrate("schema/001.sql", 1),
		c.script(`INSERT INTO log (n, leaf, hashes) VALUES (7, x'00', zeroblob(32)), (8, x'00', zeroblob(32));
			INSERT INTO cases VALUES
			(7, 1, 'report', 'typed', 'received', 0, '2026-11-23', '', '', '', '2026-11-30', '2027-02-28', '', '', '', '', 2, '1'),
			(8, 2, 'report', 'typed', 'closed', 0, '2026-11-23', '', '', '2026-11-24', '2026-11-30', '2027-02-28', '', '', 'partly', '', 2, '1');
			INSERT INTO log_open (n, once, nonce, act, code, details) VALUES (8, zeroblob(16), zeroblob(32), 'closed', 2,
				CAST('{"act":"closed","day":"2026-11-24","case":"0000-0002","actor":"anna"}' AS BLOB));
			INSERT INTO keys (id, made_by, recipient) VALUES (7 << 20, 'bot', 'age1'), (8 << 20, 'bot', 'age1')`),
		c.close(),
		os.Chmod(path, 0o600),
	)
	if err != nil {
		t.Fatal(err)
	}
	db, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	err = db.View(t.Context(), func(tx cases.Tx) error {
		ids, err := tx.Due("2026-11-23")
		if err != nil || len(ids) != 1 {
			t.Fatalf("due are %v, %v", ids, err)
		}
		now, err := tx.Case(ids[0], "")
		if err == nil && (now.Entry != 7 || now.Clocked != "" || now.FeedbackDue != "2027-02-28" || now.Decided != nil) {
			t.Errorf("%+v", now)
		}
		if err != nil {
			return err
		}
		// An appeal must not go to whoever closed it, though it was closed before
		// there were appeals.
		closed, err := tx.Case("0000-0002", "")
		if err == nil && !slices.Equal(closed.Decided, []string{"anna"}) {
			t.Errorf("decided by %q", closed.Decided)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
