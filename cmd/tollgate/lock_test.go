package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestALockIsHeldByAProcessAndLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	// What a check of an older version left, however fresh, is no lock.
	leftover := filepath.Join(dir, "check.lock")
	if err := os.WriteFile(leftover, []byte("4711\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(leftover, time.Now(), time.Now()); err != nil {
		t.Fatal(err)
	}
	free, err := lock(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := lock(dir); err == nil || !strings.Contains(err.Error(), "is being checked by another process") {
		t.Errorf("locked twice: %v", err)
	}
	free()
	again, err := lock(dir)
	if err != nil {
		t.Fatalf("freed, and then: %v", err)
	}
	again()
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
		t.Errorf("left %v, %v", left, err)
	}
}
