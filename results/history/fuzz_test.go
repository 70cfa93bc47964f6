package history

import (
	"context"
	"os"
	"testing"
	"time"
)

// FuzzIndex opens an index that holds anything: it is made again, and what is
// found is what the directories say.
func FuzzIndex(f *testing.F) {
	folder := f.TempDir()
	made(f, folder, "api", 0, nil)
	x := opened(f, folder)
	if err := x.Close(); err != nil {
		f.Fatal(err)
	}
	file, err := fileOf(folder, cacheOf(folder))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(0, byte(0xff))
	f.Add(100, byte(1))
	f.Add(4096+8, byte(13))
	whole, err := os.ReadFile(file)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, at int, flip byte) {
		data := append([]byte(nil), whole...)
		data[max(0, at)%len(data)] ^= flip
		if err := remove(file); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		x, err := Open(ctx, folder, cacheOf(folder))
		if err != nil {
			t.Fatalf("byte %d: %v", at, err)
		}
		defer x.Close()
		if _, err := x.Refresh(ctx); err != nil {
			t.Errorf("byte %d: %v", at, err)
		} else {
			_, _ = x.Find(ctx, Filter{})
		}
		if ctx.Err() != nil {
			t.Errorf("byte %d: it takes for ever", at)
		}
	})
}
