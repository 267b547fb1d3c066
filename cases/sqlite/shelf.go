package sqlite

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"ombra/cases"
)

// A Shelf keeps large age files in a folder beside the database, one file each,
// under random names, dated to the day.
type Shelf struct {
	dir string
	o   Options

	mu    sync.Mutex
	fresh map[string]time.Time // put by this process; a row may name it soon
}

var _ cases.Shelf = (*Shelf)(nil)

// unfinished begins the names of files that are still being written. What a
// crash leaves of them is swept when the shelf is opened.
const unfinished = "tmp-"

// young is how long a file that no row names may be on its way to one.
const young = time.Hour

// OpenShelf opens the folder. It must be closed to group and others.
func OpenShelf(dir string, o Options) (*Shelf, error) {
	if o.Create {
		if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) { //nolint:gosec // the operator names the folder
			return nil, fmt.Errorf("sqlite: %w", err)
		}
	}
	if err := closed(dir, true); err != nil {
		return nil, err
	}
	s := &Shelf{dir: dir, o: o, fresh: map[string]time.Time{}}
	return s, s.sweep(func(name string) bool { return !strings.HasPrefix(name, unfinished) })
}

// Put implements [cases.Shelf].
func (s *Shelf) Put(ctx context.Context, write func(io.Writer) error) (name string, err error) {
	if err := s.room(); err != nil {
		return "", err
	}
	name = newName()
	temp := filepath.Join(s.dir, unfinished+name)
	f, err := os.OpenFile(temp, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) //nolint:gosec // in the operator's folder, under a drawn name
	if err != nil {
		return "", full(err)
	}
	kept := false
	defer func() { // also when write panics
		if !kept {
			_ = f.Close()
			_ = os.Remove(temp) //nolint:gosec // the file made above
		}
	}()
	if err := write(&shelfWriter{ctx: ctx, shelf: s, f: f, check: checkEvery}); err != nil {
		return "", err
	}
	if err := s.finish(f, temp, name); err != nil {
		return "", err
	}
	kept = true
	return name, nil
}

// finish makes a written file last: its content, then its name.
func (s *Shelf) finish(f *os.File, temp, name string) error {
	if err := date(s.o.now(), temp); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return full(err)
	}
	if err := f.Close(); err != nil {
		return full(err)
	}
	s.mu.Lock()
	s.fresh[name] = time.Now()
	s.mu.Unlock()
	if err := os.Rename(temp, filepath.Join(s.dir, name)); err != nil { //nolint:gosec // both names are drawn
		return full(err)
	}
	return s.syncDir()
}

// Open implements [cases.Shelf]. Reading dates nothing.
func (s *Shelf) Open(name string) (io.ReadCloser, error) {
	if !isName(name) {
		return nil, notFound()
	}
	path := filepath.Join(s.dir, name)
	f, err := os.OpenFile(path, os.O_RDONLY|noatime, 0) //nolint:gosec // isName lets no path through
	if errors.Is(err, fs.ErrPermission) {               // only the owner may read without a trace
		f, err = os.Open(path) //nolint:gosec // isName lets no path through
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, notFound()
	}
	if err != nil {
		return nil, fmt.Errorf("sqlite: %w", bare(err))
	}
	return f, nil
}

// Remove implements [cases.Shelf]; a name that is gone is no error.
func (s *Shelf) Remove(names ...string) error {
	var errs []error
	for _, name := range names {
		if !isName(name) {
			continue
		}
		if err := os.Remove(filepath.Join(s.dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, fmt.Errorf("sqlite: %w", bare(err)))
		}
	}
	return errors.Join(append(errs, s.syncDir())...)
}

// Sweep removes the files that no row names. keep must have been read after the
// rows it is to know were written; a file that this process put within the hour
// is spared, since the row that names it may still be on its way.
func (s *Shelf) Sweep(keep map[string]bool) error {
	s.mu.Lock()
	for name, put := range s.fresh {
		if time.Since(put) > young {
			delete(s.fresh, name)
		}
	}
	s.mu.Unlock()
	return s.sweep(func(name string) bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		_, isFresh := s.fresh[strings.TrimPrefix(name, unfinished)]
		// A file being written is not known by its name yet; the next start
		// sweeps what is left of it.
		return keep[name] || isFresh || strings.HasPrefix(name, unfinished)
	})
}

// sweep removes what is ours and not to be kept, and dates the folder.
func (s *Shelf) sweep(keep func(string) bool) error {
	dir, err := os.Open(s.dir)
	if err != nil {
		return fmt.Errorf("sqlite: %w", err)
	}
	defer func() { _ = dir.Close() }() // only read from
	for {
		names, err := dir.Readdirnames(1024)
		for _, name := range names {
			ours := isName(strings.TrimPrefix(name, unfinished))
			if ours && !keep(name) {
				if err := os.Remove(filepath.Join(s.dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
					return fmt.Errorf("sqlite: %w", bare(err))
				}
			}
		}
		if err == io.EOF {
			return s.syncDir()
		}
		if err != nil {
			return fmt.Errorf("sqlite: %w", err)
		}
	}
}

// syncDir makes the names in the folder last and dates it to the day.
func (s *Shelf) syncDir() error {
	if err := date(s.o.now(), s.dir); err != nil {
		return err
	}
	dir, err := os.Open(s.dir) //nolint:gosec // the operator names the folder
	if err != nil {
		return fmt.Errorf("sqlite: %w", err)
	}
	return full(errors.Join(dir.Sync(), dir.Close()))
}

// room refuses when the disk is down to its reserve.
func (s *Shelf) room() error {
	if s.o.Reserve <= 0 {
		return nil
	}
	return roomFor(s.dir, s.o.Reserve)
}

// roomFor refuses when the disk of a folder has less room.
func roomFor(dir string, need int64) error {
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil {
		return fmt.Errorf("sqlite: free space: %w", err)
	}
	if free := int64(st.Bavail) * int64(st.Bsize); free < need { //nolint:unconvert,gosec // other systems have other types; a disk fits
		return fmt.Errorf("sqlite: %w: down to the reserve", cases.ErrFull)
	}
	return nil
}

func newName() string {
	var b [16]byte
	_, _ = rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

// isName reports whether a name is one that Put gives; no path is.
func isName(name string) bool {
	return len(name) == 32 && strings.Trim(name, "0123456789abcdef") == ""
}

// bare takes the path, with the random name, out of an error.
func bare(err error) error {
	var e *fs.PathError
	if errors.As(err, &e) {
		return e.Err
	}
	return err
}

// full turns a full disk into [cases.ErrFull].
func full(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, unix.ENOSPC), errors.Is(err, unix.EDQUOT):
		return fmt.Errorf("sqlite: %w", cases.ErrFull)
	}
	return fmt.Errorf("sqlite: %w", bare(err))
}

// checkEvery is how many bytes may be written between two looks at the disk.
const checkEvery = 1 << 20

// shelfWriter is what Put's caller writes to.
type shelfWriter struct {
	ctx   context.Context
	shelf *Shelf
	f     *os.File
	check int // bytes until the next look
}

func (w *shelfWriter) Write(b []byte) (int, error) {
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	if w.check -= len(b); w.check < 0 {
		w.check = checkEvery
		if err := w.shelf.room(); err != nil {
			return 0, err
		}
	}
	n, err := w.f.Write(b)
	return n, full(err)
}
