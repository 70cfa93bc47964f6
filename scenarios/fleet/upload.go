package fleet

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"tollgate/results"
)

// Times of an upload.
const (
	uploadEvery = 10 * time.Second
	patience    = 5 * time.Minute // that the end waits for a store that cannot be reached
	uploadTime  = 2 * time.Minute // of one object of up to 64 MB
)

// An Uploader copies a run directory into the store while it grows. What is there is not sent
// again; what could not be sent is sent at the next time.
type Uploader struct {
	Patience time.Duration // how long Close tries; 0: five minutes

	member *Member
	dir    string
	files  map[string]*upload
}

// Uploader is that of this member's run directory, which may not exist yet.
func (m *Member) Uploader(dir string) *Uploader {
	return &Uploader{member: m, dir: dir, files: map[string]*upload{}}
}

// An upload is how far a file is in the store.
type upload struct {
	File
	info fs.FileInfo // of what was uploaded
	hash hash.Hash   // of the bytes so far
	next int         // the number of the next object
}

// whole says whether a file is replaced as a whole, rather than added to.
func whole(name string) bool {
	ext := filepath.Ext(name)
	return ext == ".json" || ext == ".yaml"
}

// Run uploads what is new every ten seconds until the context ends. What fails is done later.
func (u *Uploader) Run(ctx context.Context) {
	for {
		if u.member.sleep(ctx, u.member.now().Add(uploadEvery)) != nil {
			return
		}
		_ = u.upload(ctx, nil) // Close says what could not be uploaded
	}
}

// Close uploads the rest, and how the run ended. Nothing may write to the directory any more,
// and Run must have returned. It tries for as long as the uploader has patience.
func (u *Uploader) Close(ctx context.Context, done Done) error {
	if u.Patience == 0 {
		u.Patience = patience
	}
	deadline := u.member.now().Add(u.Patience)
	for pause := time.Second; ; pause = min(2*pause, uploadEvery) {
		err := u.upload(ctx, &done)
		if err == nil {
			return nil
		}
		if u.member.now().Add(pause).After(deadline) || u.member.sleep(ctx, u.member.now().Add(pause)) != nil {
			return fmt.Errorf("the results of shard %d are not in %s: %w; they are in %s: tollgate merge takes this directory together with those of the other shards", u.member.Index, u.member.Store, err, u.dir)
		}
	}
}

// upload uploads what is new, and then the list of what is there. With done it is the last
// time, and each file is read again: one may have been changed in another way than by adding.
func (u *Uploader) upload(ctx context.Context, done *Done) error {
	infos, err := u.list()
	if err != nil {
		return err
	}
	for _, info := range infos {
		if err := u.file(ctx, info, done != nil); err != nil {
			return fmt.Errorf("%s: %w", info.Name(), err)
		}
	}
	m := u.member
	p := Parts{Version: version, Index: m.Index, Attempt: m.Attempt, At: m.now().UTC(), Files: []File{}, Done: done}
	for _, info := range infos {
		if f := u.files[info.Name()]; f != nil {
			p.Files = append(p.Files, f.File)
		}
	}
	if err := p.check(); err != nil {
		return err
	}
	key := keyFiles
	if done != nil {
		key = keyDone
	}
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	return m.objects().put(ctx, keyPart(m.Index, key), p)
}

// list lists the files, that of the generator's health first: readers ignore every second
// without its row, so the others have at least what it has.
func (u *Uploader) list() ([]fs.FileInfo, error) {
	entries, err := os.ReadDir(u.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	first := func(e fs.DirEntry) int {
		if e.Name() == results.FileGenerator {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(entries, func(a, b fs.DirEntry) int { return first(a) - first(b) })
	var infos []fs.FileInfo
	for _, e := range entries {
		if !e.Type().IsRegular() || !fileForm.MatchString(e.Name()) || derived[e.Name()] {
			continue
		}
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		infos = append(infos, info)
	}
	return infos, nil
}

// file uploads what is new of a file, up to the size that it had when it was listed.
func (u *Uploader) file(ctx context.Context, info fs.FileInfo, last bool) error {
	f, err := os.Open(filepath.Join(u.dir, info.Name()))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	opened, err := f.Stat()
	if err != nil {
		return err
	}
	was := u.files[info.Name()]
	if was == nil {
		was = &upload{File: File{Name: info.Name(), Parts: []int{}}, hash: sha256.New()}
		u.files[info.Name()] = was
	}
	size := info.Size()
	if whole(info.Name()) {
		size = opened.Size() // of the bytes that are read
	}
	changed, err := was.changed(f, opened, size, last)
	if err != nil {
		return err
	}
	if changed {
		was.First, was.Parts, was.Size, was.hash = was.next, []int{}, 0, sha256.New()
	}
	for was.Size < size {
		if err := u.part(ctx, was, f, min(size-was.Size, mostPart)); err != nil {
			return err
		}
	}
	was.info, was.Sum = opened, hex.EncodeToString(was.hash.Sum(nil))
	return nil
}

// changed says whether a file has to be uploaded anew, because it is not what was uploaded
// with something added.
func (f *upload) changed(file *os.File, now fs.FileInfo, size int64, last bool) (bool, error) {
	if f.Size == 0 {
		return false, nil
	}
	if size < f.Size {
		return true, nil
	}
	if !last && f.info != nil && os.SameFile(f.info, now) && (!whole(f.Name) || now.Size() == f.info.Size() && now.ModTime().Equal(f.info.ModTime())) {
		return false, nil
	}
	sum := sha256.New()
	if _, err := io.Copy(sum, io.NewSectionReader(file, 0, f.Size)); err != nil {
		return false, err
	}
	return hex.EncodeToString(sum.Sum(nil)) != hex.EncodeToString(f.hash.Sum(nil)), nil
}

// part uploads the next bytes of a file.
func (u *Uploader) part(ctx context.Context, f *upload, file *os.File, size int64) error {
	ctx, cancel := context.WithTimeout(ctx, uploadTime)
	defer cancel()
	bytes := io.NewSectionReader(file, f.Size, size)
	sum := sha256.New()
	switch n, err := io.Copy(sum, bytes); {
	case err != nil:
		return err
	case n != size:
		return errors.New("it has become shorter while it was uploaded")
	}
	m := u.member
	key := m.RunID + "/" + keyOf(m.Index, f.Name, f.next)
	if err := m.Store.Put(ctx, key, bytes, size, hex.EncodeToString(sum.Sum(nil))); err != nil {
		return err
	}
	if _, err := bytes.Seek(0, io.SeekStart); err != nil {
		return err
	}
	if _, err := io.Copy(f.hash, bytes); err != nil {
		return err
	}
	f.Size += size
	f.Parts = append(f.Parts, int(size))
	f.next++
	return nil
}
