package store

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios/fleet"
)

// conformance is what every store does.
func conformance(t *testing.T, s fleet.Store) {
	t.Helper()
	ctx := t.Context()
	var created atomic.Int32
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			switch err := s.Create(ctx, "r/claims/1.json", []byte("mine")); {
			case err == nil:
				created.Add(1)
			case !errors.Is(err, fleet.ErrExists):
				t.Error(err)
			}
		})
	}
	group.Wait()
	if created.Load() != 1 {
		t.Errorf("%d of eight created an object", created.Load())
	}
	put := func(key, text, sum string) error {
		return s.Put(ctx, key, strings.NewReader(text), int64(len(text)), sum)
	}
	for _, text := range []string{"one", "", "three"} {
		if err := put("r/parts/1/a-b_c.d", text, results.Digest([]byte(text))); err != nil {
			t.Error(err)
		}
	}
	if err := put("r/parts/1/wrong", "one", results.Digest([]byte("two"))); err == nil {
		t.Error("bytes with another digest were taken")
	}
	r, err := s.Get(ctx, "r/parts/1/a-b_c.d")
	if err != nil {
		t.Fatal(err)
	}
	text, _ := io.ReadAll(r)
	_ = r.Close()
	if string(text) != "three" {
		t.Errorf("read %q", text)
	}
	if _, err := s.Get(ctx, "r/none"); !errors.Is(err, fleet.ErrNotExist) {
		t.Error(err)
	}
	all, err := s.List(ctx, "r/")
	if err != nil || len(all) != 2 || all[0].Key != "r/claims/1.json" || all[1].Key != "r/parts/1/a-b_c.d" || all[1].Size != 5 {
		t.Errorf("%+v, %v", all, err)
	}
	if all, err := s.List(ctx, "none/"); err != nil || len(all) != 0 {
		t.Errorf("%+v, %v", all, err)
	}
	before := time.Now()
	at, step, err := s.Clock(ctx)
	if after := time.Now(); err != nil || at.After(after) || at.Add(step).Before(before) {
		t.Errorf("its clock shows %v (±%v) between %v and %v; %v", at, step, before, after, err)
	}
}

func TestAFolderIsAStore(t *testing.T) {
	dir := t.TempDir()
	for _, address := range []string{filepath.Join(dir, "new", "one"), "file://" + filepath.ToSlash(filepath.Join(dir, "two"))} {
		s, err := Open(t.Context(), address)
		if err != nil {
			t.Fatal(err)
		}
		conformance(t, s)
		if _, err := s.Get(t.Context(), "../secret"); err == nil || errors.Is(err, fleet.ErrNotExist) {
			t.Errorf("outside of the folder: %v", err)
		}
		if err := s.Create(t.Context(), "../outside", nil); err == nil {
			t.Error("wrote outside of the folder")
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "outside")); err == nil {
		t.Error("a file is outside of the folder")
	}
}

func TestAnAddressIsOneOfAStore(t *testing.T) {
	for address, want := range map[string]string{
		"":                    "want s3://BUCKET/PREFIX, or a folder",
		"s3://":               `"" is no name of a bucket`,
		"s3://Bad_Bucket/x":   `"Bad_Bucket" is no name of a bucket`,
		"s3://logs/a/../b":    "the prefix may have letters",
		"s3://logs/a//b":      "the prefix may have letters",
		"s3://logs/a b":       "the prefix may have letters",
		"gs://logs/a":         "gs:// is no place for a fleet",
		"file://host/a":       "want file:///FOLDER",
		"file:relative":       "want file:///FOLDER",
		"https://bucket.s3.x": "https:// is no place",
	} {
		if _, err := Open(t.Context(), address); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", address, err, want)
		}
	}
}

func TestTheLeastPolicyOfABucket(t *testing.T) {
	text, err := Policy("s3://loads/team/fleet/", "cn-north-1")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`"arn:aws-cn:s3:::loads/team/fleet/*"`, `"Resource": "arn:aws-cn:s3:::loads"`, `"s3:prefix": "team/fleet/*"`, `"s3:PutObject"`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("it has no %s:\n%s", want, text)
		}
	}
	if strings.Contains(text, "Delete") || strings.Contains(text, "s3:*") {
		t.Errorf("it allows too much:\n%s", text)
	}
	if text, err := Policy("s3://loads", ""); err != nil || !strings.Contains(text, `"arn:aws:s3:::loads/*"`) || strings.Contains(text, "Condition") {
		t.Errorf("%s, %v", text, err)
	}
	if _, err := Policy("/tmp/x", ""); err == nil {
		t.Error("a folder has a policy")
	}
}
