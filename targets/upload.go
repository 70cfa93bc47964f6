package targets

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync"
	"time"
)

// An Upload is a file that is sent as the body of a request, and read while it is sent:
// it may be larger than memory. Its size is announced beforehand, so the file must not
// change from then on: sending it fails with an [UploadError] if it does.
type Upload struct {
	Name string // of the file, within its folder
	Size int64

	folder   string
	modified time.Time
	digest   func() (string, error)
}

// NewUpload is the file of that name in a folder or below. It is not read yet.
func NewUpload(folder, name string) (*Upload, error) {
	file, info, err := OpenWithin(folder, name)
	if err != nil {
		return nil, err
	}
	u := &Upload{Name: name, Size: info.Size(), folder: folder, modified: info.ModTime()}
	u.digest = sync.OnceValues(u.hash)
	return u, file.Close()
}

// Digest is the SHA-256 of the file in hexadecimal. The first call reads the whole file,
// about a second for each gigabyte.
func (u *Upload) Digest() (string, error) { return u.digest() }

func (u *Upload) hash() (string, error) {
	body := u.Open()
	defer body.Close()
	sum := sha256.New()
	_, err := io.Copy(sum, body)
	return hex.EncodeToString(sum.Sum(nil)), err
}

// Open begins to read the file. What is wrong with it shows when it is read.
func (u *Upload) Open() *UploadBody { return &UploadBody{upload: u, left: u.Size} }

// An UploadBody is the file's bytes for one sending. One goroutine uses it at a time.
type UploadBody struct {
	upload *Upload
	file   *os.File // nil: not open
	left   int64
}

// Left is how many bytes are still to be read.
func (b *UploadBody) Left() int64 { return b.left }

// Read implements io.Reader. It never ends before the announced size: then, or if the
// file has changed otherwise, the error is an UploadError.
func (b *UploadBody) Read(p []byte) (int, error) {
	if b.left == 0 {
		return 0, io.EOF
	}
	if b.file == nil {
		if err := b.open(); err != nil {
			return 0, err
		}
	}
	n, err := b.file.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	switch {
	case err == io.EOF:
		return n, b.failed(errors.New("it has become shorter"))
	case err != nil:
		return n, b.failed(err)
	case b.left == 0: // what was read may not be what was announced
		return n, b.check(b.file.Stat())
	}
	return n, nil
}

func (b *UploadBody) open() (err error) {
	var info fs.FileInfo
	if b.file, info, err = OpenWithin(b.upload.folder, b.upload.Name); err != nil {
		return b.failed(err)
	}
	return b.check(info, nil)
}

// check reports a file that is no longer the one that was announced.
func (b *UploadBody) check(info fs.FileInfo, err error) error {
	u := b.upload
	switch {
	case err != nil:
		return b.failed(err)
	case info.Size() != u.Size:
		return b.failed(fmt.Errorf("it had %d bytes, and has %d", u.Size, info.Size()))
	case !info.ModTime().Equal(u.modified):
		return b.failed(errors.New("it was written to"))
	}
	return nil
}

func (b *UploadBody) failed(err error) error { return &UploadError{b.upload.Name, err} }

// Close ends the reading. It may be called more than once.
func (b *UploadBody) Close() error {
	if b.file == nil {
		return nil
	}
	err := b.file.Close()
	if errors.Is(err, os.ErrClosed) {
		return nil
	}
	return err
}

// An UploadError is why a file cannot be sent: a fault of this machine, and none of the
// target.
type UploadError struct {
	Name string
	Err  error
}

func (e *UploadError) Error() string {
	return fmt.Sprintf("the file %s changed during the run, or cannot be read: %v", e.Name, e.Err)
}

func (e *UploadError) Unwrap() error { return e.Err }

// OpenWithin opens a regular file in a folder or below, and nothing that a link leads to
// elsewhere. Reading a pipe or a device might never end.
func OpenWithin(folder, name string) (*os.File, fs.FileInfo, error) {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, nil, err
	}
	defer root.Close()
	info, err := root.Stat(name)
	if err != nil {
		return nil, nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, nil, &fs.PathError{Op: "read", Path: name, Err: errors.New("not a regular file")}
	}
	file, err := root.Open(name)
	return file, info, err
}
