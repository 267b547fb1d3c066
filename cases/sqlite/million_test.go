package sqlite

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ombra/cases"
	"ombra/cases/storetest"
)

const (
	million = "OMBRA_SQLITE_MILLION" // set: run TestMillion, which takes a minute
	guest   = "OMBRA_SQLITE_GUEST"   // the database that the process under measure opens
)

// manyCases makes a database of a million cases, with short wraps: what is kept
// in memory depends on the number of rows, not on their length. The codes are
// the numbers times an odd one, which is a permutation of 40 bits.
const manyCases = `PRAGMA synchronous = OFF; PRAGMA cache_size = -400000;
BEGIN;
CREATE TEMP TABLE ids (n INTEGER PRIMARY KEY);
INSERT INTO ids WITH RECURSIVE i (n) AS (VALUES (0) UNION ALL SELECT n + 1 FROM i WHERE n < 999999) SELECT n FROM i;
INSERT INTO log SELECT n, randomblob(84), zeroblob(32 * 21) FROM ids;
INSERT INTO log_open SELECT n, randomblob(16), randomblob(32), 'note', n, randomblob(200) FROM ids;
INSERT INTO cases SELECT n, n * 645273684913 % 1099511627776, 'report', 'typed', 'received', 0, '2026-11-23', '', '', '', '', '', '', '',
	'', '', 2, '1' FROM ids;
INSERT INTO keys SELECT n << 20, 'bot', 'age1pq1', NULL FROM ids;
INSERT INTO grants SELECT n << 20 | g, n, CASE WHEN g = 3 THEN 'outside' WHEN (n + g) % 5 = 0 THEN 'anna' ELSE 'ben' || (n + g) % 5 END,
	0, iif(g < 2, 'live', 'dormant'), 'designated', randomblob(64)
	FROM ids, (SELECT 0 AS g UNION SELECT 1 UNION SELECT 2 UNION SELECT 3);
INSERT INTO receipts SELECT n << 20, 'live', '', randomblob(32), randomblob(32), hex(randomblob(20)), 'age1pq1' FROM ids;
INSERT INTO papers SELECT n << 20 | 1, 0, 'report', '', randomblob(16), '2026-11-23', n, randomblob(32), 64, NULL, randomblob(64) FROM ids;
COMMIT;`

// TestMillion: a process with a million cases starts in 300 ms and stays under
// 40 MB while it files, lists and reads.
func TestMillion(t *testing.T) {
	if path := os.Getenv(guest); path != "" {
		useMillion(t, path)
		return
	}
	if os.Getenv(million) == "" {
		t.Skip("set " + million)
	}
	db := fresh(t)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	c, err := connect(dsn(db.path, ""))
	if err != nil {
		t.Fatal(err)
	}
	if err := c.script(manyCases); err != nil {
		t.Fatal(err)
	}
	if err := c.close(); err != nil {
		t.Fatal(err)
	}
	info, _ := os.Stat(db.path)
	t.Logf("%d MB", info.Size()>>20)
	cmd := exec.Command(os.Args[0], "-test.run=^TestMillion$", "-test.v")
	cmd.Env = append(os.Environ(), guest+"="+db.path)
	out, err := cmd.CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Error(err)
	}
}

func useMillion(t *testing.T, path string) {
	t.Helper()
	start := time.Now()
	db := open(t, path, Options{})
	if took := time.Since(start); took > 300*time.Millisecond {
		t.Errorf("start took %v", took)
	} else {
		t.Log("start", took)
	}
	var page []*cases.Case
	timed(t, "first page", func() {
		storetest.Look(t, db, func(x cases.Tx) (err error) { page, _, err = x.GrantedTo("anna", 0, 10); return err })
	})
	timed(t, "page after 100,000", func() {
		storetest.Look(t, db, func(x cases.Tx) (err error) { _, _, err = x.GrantedTo("anna", 100_000, 10); return err })
	})
	timed(t, "a case", func() {
		storetest.Look(t, db, func(x cases.Tx) error { _, err := x.Case(page[0].ID, "anna"); return err })
	})
	timed(t, "1000 filings, one by one", func() {
		for range 1000 {
			storetest.MustFile(t, db)
		}
	})
	status, err := os.ReadFile(filepath.Join("/proc/self/status"))
	if err != nil {
		t.Skip("no /proc")
	}
	_, after, _ := strings.Cut(string(status), "VmHWM:")
	var kb int
	if _, err := fmt.Sscan(after, &kb); err != nil || kb > 40_000 {
		t.Errorf("largest resident memory %d kB, %v", kb, err)
	}
	t.Logf("largest resident memory %d kB", kb)
}

func timed(t *testing.T, what string, f func()) {
	t.Helper()
	start := time.Now()
	f()
	t.Log(what, time.Since(start))
}
