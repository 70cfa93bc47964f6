package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestALinkToAFolderIsCalledSo(t *testing.T) {
	folder := t.TempDir()
	link := filepath.Join(folder, "more")
	if err := os.Symlink(t.TempDir(), link); err != nil {
		t.Skip("no symbolic links here: ", err)
	}
	if _, err := (logFile{name: link}).open(t.Context()); err == nil || !strings.HasPrefix(err.Error(), "is a symbolic link to a folder") {
		t.Error(err)
	}
}
