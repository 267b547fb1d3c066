package bottest_test

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// A recorder is a log handler that keeps everything that reaches it, down to
// the unexported fields of what is logged.
type recorder struct {
	mu   sync.Mutex
	text bytes.Buffer
	more string
}

func (r *recorder) Enabled(context.Context, slog.Level) bool { return true }

func (r *recorder) Handle(_ context.Context, rec slog.Record) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	fmt.Fprintf(&r.text, "%s%s", r.more, rec.Message)
	rec.Attrs(func(a slog.Attr) bool {
		fmt.Fprintf(&r.text, " %s=%v %+v %#v", a.Key, a.Value, a.Value.Any(), a.Value.Resolve().Any())
		return true
	})
	r.text.WriteString("\n")
	return nil
}

func (r *recorder) WithAttrs(attrs []slog.Attr) slog.Handler {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, a := range attrs {
		r.more += fmt.Sprintf("%s=%v %+v ", a.Key, a.Value, a.Value.Any())
	}
	return r
}

func (r *recorder) WithGroup(name string) slog.Handler {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.more += name + "."
	return r
}

func (r *recorder) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.String()
}

// noClock looks at every number in the database: none is a moment of these days.
func (l *leak) noClock() {
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(l.dir, "ombra.db")+"?mode=ro&_query_only=1")
	if err != nil {
		l.Fatal(err)
	}
	defer db.Close()
	for _, table := range column(l, db, "SELECT name FROM sqlite_schema WHERE type = 'table'") {
		for _, col := range column(l, db, "SELECT name FROM pragma_table_info('"+table+"')") {
			for _, unit := range []int64{1, 1000, 1e6, 1e9} {
				n := column(l, db, fmt.Sprintf(`SELECT count(*) FROM %[1]q WHERE typeof(%[2]q) IN ('integer', 'real') AND %[2]q BETWEEN %[3]d AND %[4]d`,
					table, col, odd.Unix()*unit-2*86400*unit, odd.Unix()*unit+2*86400*unit))
				if n[0] != "0" {
					l.Errorf("%s.%s holds %s moments", table, col, n[0])
				}
			}
		}
	}
}

func column(t testing.TB, db *sql.DB, query string) (values []string) {
	t.Helper()
	rows, err := db.Query(query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var v string
		if err := rows.Scan(&v); err != nil {
			t.Fatal(err)
		}
		values = append(values, v)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return values
}

// dated checks that files are dated to the day.
func dated(t testing.TB, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err == nil && !info.ModTime().Equal(odd.Truncate(24*time.Hour)) {
			t.Errorf("%s is dated %s", filepath.Base(name), info.ModTime().UTC())
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
