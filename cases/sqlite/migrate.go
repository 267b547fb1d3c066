package sqlite

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strings"
)

//go:embed schema/*.sql
var schema embed.FS

// application is the application_id that schema/001.sql sets.
const application = 0x4f6d6272

// ErrNewer is answered for a database of a newer version of the program.
var ErrNewer = errors.New("sqlite: the database was written by a newer ombra: install that version, or restore a backup made by this one")

// Schema is the version that this program writes, and every open database has.
func Schema() int {
	names, err := fs.Glob(schema, "schema/*.sql")
	if err != nil {
		panic("sqlite: a bad pattern")
	}
	return len(names)
}

// prepare brings the schema to the newest version, each step in a transaction
// of its own. An empty file becomes a database only if it may.
func prepare(path string, create bool) (err error) {
	c, err := connect(dsn(path, ""))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	names, err := fs.Glob(schema, "schema/*.sql") // sorted
	if err != nil {
		return err
	}
	version, err := c.version()
	switch {
	case err != nil:
		return err
	case version > len(names):
		return ErrNewer
	case version == 0 && !create:
		return errors.New("sqlite: the database is empty: run ombra init for a new office, ombra restore for one with a backup")
	case version == 0:
		// Fixed with the first table. Three wraps fit a page of this size,
		// one that of the usual 4096.
		if err := c.script(fmt.Sprintf("PRAGMA page_size = %d", pageSize)); err != nil {
			return err
		}
	}
	for ; version < len(names); version++ {
		if err := c.migrate(names[version], version+1); err != nil {
			return fmt.Errorf("%s: %w", names[version], err)
		}
	}
	return nil
}

const pageSize = 8192

// version is the schema's number; 0 is an empty file. Somebody else's database
// is an error.
func (c *conn) version() (version int, err error) {
	var id, tables int
	_, err = c.one(`SELECT (SELECT user_version FROM pragma_user_version),
		(SELECT application_id FROM pragma_application_id), (SELECT count(*) FROM sqlite_schema)`, nil,
		func(r *row) error {
			version, id, tables = r.int(), r.int(), r.int()
			return nil
		})
	if err == nil && (version != 0 || tables != 0) && id != application {
		err = errors.New("sqlite: the file is not a database of ombra")
	}
	return version, err
}

// migrate runs one numbered file.
func (c *conn) migrate(name string, to int) error {
	if !strings.HasPrefix(name, fmt.Sprintf("schema/%03d", to)) {
		panic("sqlite: the schema's files are not numbered in order")
	}
	text, err := fs.ReadFile(schema, name)
	if err != nil {
		return err
	}
	script := fmt.Sprintf("BEGIN IMMEDIATE;\n%s\nPRAGMA user_version = %d;\nCOMMIT", text, to)
	if err := c.script(script); err != nil {
		if !c.raw.AutoCommit() {
			err = errors.Join(err, c.script("ROLLBACK"))
		}
		return err
	}
	return nil
}
