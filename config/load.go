package config

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Load reads the configuration at path, the form set it names, and the
// permissions of both and of the data folder. What it returns has passed every
// check: paths are absolute, FormSet and Location are set. A file that cannot
// be accepted is [Problems]; any other error means it could not be read.
func Load(path string) (*Config, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("find the configuration: %w", err)
	}
	text, err := os.ReadFile(path) //nolint:gosec // G304: the operator says which file is the configuration
	if err != nil {
		return nil, fmt.Errorf("read the configuration: %w", err)
	}
	folder := filepath.Dir(path)
	file := filepath.Base(path)
	c, found := parse(file, text, func(name string) ([]byte, error) {
		return os.ReadFile(beside(folder, name))
	})
	found = append(found, checkModes(path, file)...)
	if c != nil {
		found = append(found, c.checkFolders(folder)...)
	}
	if len(found) > 0 {
		return nil, found
	}
	c.Office.Data = beside(folder, c.Office.Data)
	for _, name := range slices.Concat(c.Slack.files(), c.Mattermost.files(), []*string{&c.Backup.Folder, &c.Backup.Leaves}) {
		if *name != "" {
			*name = beside(folder, *name)
		}
	}
	if c.Monitor.IsSocket() {
		c.Monitor.Listen = beside(folder, c.Monitor.Listen)
	}
	return c, nil
}

// Parse reads a configuration from bytes; name is what its problems are
// printed with. A form set in a file of its own is only read by [Load].
func Parse(name string, text []byte) (*Config, error) {
	c, found := parse(name, text, func(string) ([]byte, error) {
		return nil, errors.New("not read here")
	})
	if len(found) > 0 {
		return nil, found
	}
	return c, nil
}

func parse(name string, text []byte, read func(string) ([]byte, error)) (*Config, Problems) {
	c := Defaults()
	c.file = name
	var found Problems
	if c.lines, found = decode(name, text, &c); len(found) > 0 {
		return nil, found
	}
	found = append(c.readForms(read), c.Check()...)
	slices.SortStableFunc(found, func(a, b Problem) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	})
	c.Location, _ = time.LoadLocation(c.Office.TimeZone) // checked above
	return &c, found
}

// readForms finds the form set that the office named, puts the office's own
// categories into it, and checks it.
func (c *Config) readForms(read func(string) ([]byte, error)) Problems {
	name := c.Office.Forms
	if name == "" {
		return nil // Check says so
	}
	var found Problems
	set := Builtin(name)
	if set == nil && !strings.HasSuffix(name, ".toml") {
		return Problems{c.problem("office.forms", fmt.Sprintf("there is no form set %q", name),
			fmt.Sprintf("write one of %s, or the path of a .toml file", strings.Join(builtins, ", ")))}
	}
	if set == nil {
		text, err := read(name)
		if err != nil {
			return Problems{c.problem("office.forms", "the form set cannot be read", "check that the file exists and that the service may read it")}
		}
		c.forms = text
		if set, found = ParseForms(filepath.Base(name), text); set == nil {
			return found
		}
	}
	if len(c.Categories) > 0 {
		set.Categories = c.Categories
	}
	c.FormSet = set
	return found
}

func (c *Config) problem(key, what, mend string) Problem {
	return Problem{File: c.file, Line: c.lines.of(key), What: what, Mend: mend}
}

// beside makes a path of the configuration absolute.
func beside(folder, name string) string {
	if filepath.IsAbs(name) {
		return filepath.Clean(name)
	}
	return filepath.Join(folder, name)
}

// checkModes refuses a file that strangers may read, or that others than its
// owner may change: whoever changes it says who is an ombudsman. Reading by the
// group stays allowed, because service managers hand files over that way.
func checkModes(path, name string) Problems {
	const loose = 0o026
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return Problems{{File: name, What: "the file vanished while it was read", Mend: "try again"}}
	case info.Mode().Perm()&loose == 0:
		return nil
	}
	return Problems{{
		File: name,
		What: fmt.Sprintf("others can read or change this file (mode %04o)", info.Mode().Perm()),
		Mend: "chmod 600 " + name,
	}}
}

// checkFolders looks at the data folder, and at the form set's file, which
// decides what filers are asked. A data folder that does not exist yet is made
// with the right mode by whoever makes it.
func (c *Config) checkFolders(folder string) Problems {
	var found Problems
	if name := c.Office.Forms; strings.HasSuffix(name, ".toml") {
		info, err := os.Stat(beside(folder, name)) //nolint:gosec // G703: and which file holds the questions
		if err == nil && info.Mode().Perm()&0o022 != 0 {
			found = append(found, c.problem("office.forms", "others can change the form set", "chmod 644 "+name))
		}
	}
	info, err := os.Stat(beside(folder, c.Office.Data)) //nolint:gosec // G703: and where the data lies
	if c.Office.Data == "" || err != nil {
		return found
	}
	switch {
	case !info.IsDir():
		found = append(found, c.problem("office.data", "the data folder is not a folder", "name a folder that only Ombra uses"))
	case info.Mode().Perm()&0o077 != 0:
		found = append(found, c.problem("office.data",
			fmt.Sprintf("others can look into the data folder (mode %04o)", info.Mode().Perm()), "chmod 700 "+c.Office.Data))
	}
	return found
}
