package results

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestFilesOfADirectoryAreRegularFilesInIt(t *testing.T) {
	top := t.TempDir()
	dir, outside := filepath.Join(top, "run"), filepath.Join(top, "outside")
	problems := []error{
		os.MkdirAll(filepath.Join(dir, "folder"), 0o750),
		os.WriteFile(outside, []byte("secret"), 0o600),
		os.WriteFile(filepath.Join(dir, "notes.jsonl"), []byte("x"), 0o600),
		os.WriteFile(filepath.Join(dir, "large.json"), nil, 0o600),
		os.Truncate(filepath.Join(dir, "large.json"), maxJSON+1),
	}
	if err := errors.Join(problems...); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"folder": "is a directory", "../outside": "lies in its directory", "large.json": "is larger than 64 MB", "notes.jsonl": ""}
	if os.Symlink(outside, filepath.Join(dir, "link")) == nil && os.Symlink("notes.jsonl", filepath.Join(dir, "inside")) == nil {
		want["link"], want["inside"] = "is a link", "is a link"
	}
	for name, why := range want {
		_, err := ReadFile(dir, name)
		if (err == nil) != (why == "") || err != nil && !strings.Contains(err.Error(), why) {
			t.Errorf("reading %s: %v, want %q", name, err, why)
		}
		f, err := AppendFile(dir, name)
		if (err == nil) != (why == "") {
			t.Errorf("appending to %s: %v", name, err)
		}
		if err == nil {
			_ = f.Close()
		}
	}
	if _, err := ReadFile(dir, "none"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
	f, err := AppendFile(dir, "new.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.WriteString("x")
	if err = errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
	if data, err := os.ReadFile(outside); err != nil || string(data) != "secret" {
		t.Errorf("%q, %v", data, err)
	}
}

func TestSamplesThatUnpackToAnyNumberAreRefused(t *testing.T) {
	var packed bytes.Buffer
	zip := gzip.NewWriter(&packed)
	_, err := io.WriteString(zip, samplesMagic+"P\x02{}")
	for range 64 { // samples whose frames are wrong, 64 MB of them
		_, again := zip.Write(bytes.Repeat([]byte("S"), 1<<20))
		err = errors.Join(err, again)
	}
	if err = errors.Join(err, zip.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := readSamples(&packed, func(SampleStage, []Sample) error { return nil }); err == nil {
		t.Error("it was read")
	}

	// The texts of a stage are bounded together, not only one by one.
	r := newSampleReader(strings.NewReader("\x01a\x01b"))
	if r.held = maxHeld - 1; r.text() != "a" || r.err != nil {
		t.Fatal(r.err)
	}
	if r.text(); r.err == nil || !strings.Contains(r.err.Error(), "have more than 512 MB") {
		t.Errorf("one more: %v", r.err)
	}
}
