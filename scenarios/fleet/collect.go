package fleet

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"slices"

	"tollgate/results"
)

// A Collection is what a run uploaded, on this machine.
type Collection struct {
	*Status
	Dirs []string // of the shards, by their index; "" where nothing usable is there
}

// Whole are the directories of the shards that are there, complete or not.
func (c *Collection) Whole() (dirs []string) {
	for _, dir := range c.Dirs {
		if dir != "" {
			dirs = append(dirs, dir)
		}
	}
	return dirs
}

// Missing are the shards of which nothing is there, or not all.
func (c *Collection) Missing() (missing []*Shard) {
	for i := range c.Shards {
		if s := &c.Shards[i]; c.Dirs[i] == "" || s.Done() == nil {
			missing = append(missing, s)
		}
	}
	return missing
}

// Collect copies what the shards of a run uploaded into the folder into, each in a directory of
// its own. What was copied before and is still good is not copied again. Nothing is
// written outside the folder, whatever names the store has, and files are verified by their
// digests.
func Collect(ctx context.Context, s Store, id, into string) (*Collection, error) {
	status, err := Survey(ctx, s, id)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(into, 0o755); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(into)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	c := &Collection{Status: status, Dirs: make([]string, len(status.Shards))}
	o := objects{s, id}
	each(c.Shards, func(shard *Shard) {
		if shard.Parts == nil {
			return
		}
		name := fmt.Sprintf("%s-shard-%04d", id, shard.Index)
		if err := o.collect(ctx, root, name, shard); err != nil {
			shard.Trouble = "its files cannot be read: " + err.Error()
			return
		}
		c.Dirs[shard.Index-1] = filepath.Join(into, name)
	})
	return c, ctx.Err()
}

// collect copies the files of a shard.
func (o objects) collect(ctx context.Context, root *os.Root, name string, shard *Shard) error {
	if err := root.Mkdir(name, 0o755); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	dir, err := root.OpenRoot(name)
	if err != nil {
		return err
	}
	defer dir.Close()
	if !slices.ContainsFunc(shard.Parts.Files, func(f File) bool { return f.Name == results.FileRun }) {
		return fmt.Errorf("there is no %s yet", results.FileRun)
	}
	for i := range shard.Parts.Files {
		f := &shard.Parts.Files[i]
		if err := o.fetch(ctx, dir, shard.Index, f); err != nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
	}
	return nil
}

// fetch copies a file. What is there of it is kept if it is the file's beginning.
func (o objects) fetch(ctx context.Context, dir *os.Root, index int, f *File) (err error) {
	file, err := dir.OpenFile(f.Name, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	had, err := file.Stat()
	if err != nil {
		return err
	}
	if !had.Mode().IsRegular() {
		return errors.New("something else than a file is in its place")
	}
	err = o.extend(ctx, file, had.Size(), index, f)
	if errors.Is(err, errOther) && had.Size() > 0 {
		err = o.extend(ctx, file, 0, index, f) // from the beginning
	}
	return err
}

var errOther = errors.New("what is in the store is not what was uploaded")

// extend adds to a file, of which some bytes are kept, what is missing.
func (o objects) extend(ctx context.Context, file *os.File, keep int64, index int, f *File) error {
	first, from := f.beyond(keep)
	sum := sha256.New()
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	if _, err := io.CopyN(sum, file, from); err != nil {
		return err
	}
	if err := file.Truncate(from); err != nil {
		return err
	}
	for i := first; i < len(f.Parts); i++ {
		if err := o.object(ctx, io.MultiWriter(file, sum), keyOf(index, f.Name, f.First+i), int64(f.Parts[i])); err != nil {
			return err
		}
	}
	return verified(sum, f.Sum)
}

// beyond is the first object of which a file with some bytes does not have all, and where it
// begins.
func (f *File) beyond(have int64) (first int, from int64) {
	for first < len(f.Parts) && from+int64(f.Parts[first]) <= have {
		from += int64(f.Parts[first])
		first++
	}
	return first, from
}

func verified(sum hash.Hash, want string) error {
	if hex.EncodeToString(sum.Sum(nil)) != want {
		return errOther
	}
	return nil
}

// object copies an object of a known size.
func (o objects) object(ctx context.Context, w io.Writer, key string, size int64) error {
	ctx, cancel := context.WithTimeout(ctx, uploadTime)
	defer cancel()
	r, err := o.Get(ctx, o.id+"/"+key)
	if err != nil {
		return err
	}
	n, err := io.Copy(w, io.LimitReader(r, size+1))
	if err = errors.Join(err, r.Close()); err != nil {
		return err
	}
	if n != size {
		return errOther
	}
	return nil
}
