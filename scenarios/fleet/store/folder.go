package store

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"tollgate/scenarios/fleet"
)

// A folder is a store: on this machine, or on a file system that all machines share.
type folder struct {
	root *os.Root
	name string
}

// String implements fleet.Store.
func (f *folder) String() string { return f.name }

// hidden is what the names of files begin with that are being written.
const hidden = ".new-"

// Create implements fleet.Store. The object appears under its key by a hard link, which fails
// if it is there: readers never see half of it. A file system without links creates it
// exclusively instead.
func (f *folder) Create(ctx context.Context, key string, body []byte) error {
	temporary, err := f.write(ctx, key, bytes.NewReader(body))
	if err != nil {
		return err
	}
	defer func() { _ = f.root.Remove(temporary) }()
	name := filepath.FromSlash(key)
	switch err := f.root.Link(temporary, name); {
	case err == nil:
		return nil
	case errors.Is(err, fs.ErrExist):
		return f.exists(key)
	}
	file, err := f.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return f.exists(key)
	}
	if err != nil {
		return err
	}
	_, err = file.Write(body)
	return errors.Join(err, file.Close())
}

func (f *folder) exists(key string) error {
	return fmt.Errorf("%s/%s: %w", f.name, key, fleet.ErrExists)
}

// write writes a file that is not to be seen yet, in the folder of its key.
func (f *folder) write(ctx context.Context, key string, body io.Reader) (temporary string, err error) {
	if err := context.Cause(ctx); err != nil {
		return "", err
	}
	if !fs.ValidPath(key) || key == "." {
		return "", fmt.Errorf("%q is no key", key)
	}
	dir := path.Dir(key)
	if err := f.root.MkdirAll(filepath.FromSlash(dir), 0o755); err != nil {
		return "", err
	}
	temporary = filepath.FromSlash(path.Join(dir, hidden+rand.Text()))
	file, err := f.root.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return "", err
	}
	_, err = io.Copy(file, body)
	if err = errors.Join(err, file.Close()); err != nil {
		_ = f.root.Remove(temporary)
		return "", err
	}
	return temporary, nil
}

// Put implements fleet.Store.
func (f *folder) Put(ctx context.Context, key string, body io.ReadSeeker, size int64, sum string) error {
	if _, err := body.Seek(0, io.SeekStart); err != nil {
		return err
	}
	got := sha256.New()
	temporary, err := f.write(ctx, key, io.TeeReader(io.LimitReader(body, size), got))
	if err != nil {
		return err
	}
	if hex.EncodeToString(got.Sum(nil)) != sum {
		_ = f.root.Remove(temporary)
		return fmt.Errorf("%s/%s: the bytes have another SHA-256 than was said", f.name, key)
	}
	if err := f.root.Rename(temporary, filepath.FromSlash(key)); err != nil {
		_ = f.root.Remove(temporary)
		return err
	}
	return nil
}

// Get implements fleet.Store.
func (f *folder) Get(ctx context.Context, key string) (io.ReadCloser, error) {
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	name := filepath.FromSlash(key)
	info, err := f.root.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%s/%s: %w", f.name, key, fleet.ErrNotExist)
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular(): // to open a pipe would wait for ever
		return nil, fmt.Errorf("%s/%s is no regular file", f.name, key)
	}
	return f.root.Open(name)
}

// List implements fleet.Store.
func (f *folder) List(ctx context.Context, prefix string) (all []fleet.Object, err error) {
	dir := path.Dir(prefix + "x") // the folder that all of them are in
	err = fs.WalkDir(f.root.FS(), dir, func(name string, d fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil // it was there a moment ago, or nothing is
		case err != nil:
			return err
		case !d.Type().IsRegular() || strings.HasPrefix(d.Name(), hidden) || !strings.HasPrefix(name, prefix):
			return context.Cause(ctx)
		}
		info, err := d.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err == nil {
			all = append(all, fleet.Object{Key: name, Size: info.Size(), Modified: info.ModTime()})
		}
		return err
	})
	slices.SortFunc(all, func(a, b fleet.Object) int { return strings.Compare(a.Key, b.Key) })
	return all, err
}

// tick is how coarse the times of files may be: Linux takes that of its last timer interrupt,
// of which there are 100 a second at least (CONFIG_HZ; multigrain timestamps are finer).
const tick = 10 * time.Millisecond

// Clock implements fleet.Store: the file system's clock, which on a shared one is its
// server's, is the time of a file that has just been written. A time without a fraction is
// that of a file system that keeps whole seconds.
func (f *folder) Clock(ctx context.Context) (time.Time, time.Duration, error) {
	temporary, err := f.write(ctx, "clock", strings.NewReader("clock"))
	if err != nil {
		return time.Time{}, 0, err
	}
	info, err := f.root.Stat(temporary)
	_ = f.root.Remove(temporary)
	if err != nil {
		return time.Time{}, 0, err
	}
	at := info.ModTime()
	if at.Nanosecond() == 0 {
		return at, time.Second, nil
	}
	return at, tick, nil
}
