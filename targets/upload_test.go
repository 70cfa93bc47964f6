package targets

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestAnUploadIsTheFileThatWasAnnouncedOrAnError(t *testing.T) {
	text := bytes.Repeat([]byte("0123456789abcdef"), 4096)
	half := int64(len(text) / 2)
	touched := time.Now().Add(time.Hour)
	for _, row := range []struct {
		name    string
		change  func(file string) error // after half of it was read
		earlier bool                    // before it was opened
		want    string                  // in the error; "": it is whole
	}{
		{"untouched", func(string) error { return nil }, false, ""},
		{"cut short", func(f string) error { return os.Truncate(f, half-1) }, false, "it has become shorter"},
		{"written to, and as long as before", func(f string) error { return os.Chtimes(f, touched, touched) }, false, "it was written to"},
		{"longer", func(f string) error { return os.WriteFile(f, append(text, 'x'), 0o600) }, false, "it had 65536 bytes, and has 65537"},
		{"replaced, which an open file does not notice", func(f string) error {
			_ = os.WriteFile(f+".new", text[:10], 0o600)
			return os.Rename(f+".new", f)
		}, false, ""},
		{"replaced before", func(f string) error {
			_ = os.WriteFile(f+".new", text[:10], 0o600)
			return os.Rename(f+".new", f)
		}, true, "it had 65536 bytes, and has 10"},
		{"gone before", os.Remove, true, "no such file"},
		{"a link elsewhere by now", func(f string) error {
			_ = os.Remove(f)
			return os.Symlink("/etc/passwd", f)
		}, true, "big.bin"},
	} {
		t.Run(row.name, func(t *testing.T) {
			folder := t.TempDir()
			file := filepath.Join(folder, "big.bin")
			if err := os.WriteFile(file, text, 0o600); err != nil {
				t.Fatal(err)
			}
			u, err := NewUpload(folder, "big.bin")
			if err != nil || u.Size != int64(len(text)) {
				t.Fatalf("%+v, %v", u, err)
			}
			var got bytes.Buffer
			body := u.Open()
			defer body.Close()
			if !row.earlier {
				if _, err := io.CopyN(&got, body, half); err != nil || body.Left() != half {
					t.Fatalf("%d left, %v", body.Left(), err)
				}
			}
			if err := row.change(file); err != nil {
				t.Fatal(err)
			}
			_, err = io.Copy(&got, body)
			if row.want == "" {
				if err != nil || !bytes.Equal(got.Bytes(), text) {
					t.Errorf("%d bytes, %v", got.Len(), err)
				}
				return
			}
			if _, its := errors.AsType[*UploadError](err); !its || !strings.Contains(err.Error(), row.want) || !strings.HasPrefix(err.Error(), "the file big.bin ") {
				t.Errorf("%v, want %q", err, row.want)
			}
		})
	}
}

func TestAnUploadIsHashedOnce(t *testing.T) {
	folder := t.TempDir()
	file := filepath.Join(folder, "big.bin")
	if err := os.WriteFile(file, []byte("text"), 0o600); err != nil {
		t.Fatal(err)
	}
	u, err := NewUpload(folder, "big.bin")
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte("text"))
	for range 2 {
		if got, err := u.Digest(); err != nil || got != hex.EncodeToString(sum[:]) {
			t.Errorf("%s, %v", got, err)
		}
		_ = os.Remove(file)
	}
}
