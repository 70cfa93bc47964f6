package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func TestAPageOfASiteHasASafeNameOfItsOwn(t *testing.T) {
	safe := regexp.MustCompile(`^(?:[0-9]{8}T[0-9]{6}Z-)?[a-z0-9-]+\.html$`)
	seen := map[string]string{}
	for _, name := range []string{
		"20261122T190000Z-front-doors-1a2b3c", "front-doors", "Front-Doors", "front_doors", "front doors", "", ".", "..", "../../evil", "/etc/passwd", `..\evil`,
		"a/b", "a\x00b", "con", "<script>", "front-doors.html", "-", "דלת", strings.Repeat("a", 300), strings.Repeat("a", 301), "index",
	} {
		file := siteFile(name)
		if !safe.MatchString(file) || len(file) > 130 || strings.HasPrefix(file, "-") || file == "con.html" {
			t.Errorf("%q: %q", name, file)
		}
		if other, twice := seen[strings.ToLower(file)]; twice {
			t.Errorf("%q and %q have the same page %q", name, other, file)
		}
		seen[strings.ToLower(file)] = name
	}
	if file := siteFile("front-doors"); file != "front-doors.html" {
		t.Errorf("a plain name became %q", file)
	}
}

// What a run calls itself, and what lies in the folder, is anyone's.
func TestASiteStaysInItsFolder(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	top := t.TempDir()
	dir := filepath.Join(top, "runs", "evil")
	if err := os.CopyFS(dir, os.DirFS(filepath.Join("testdata", "recorded", "20261129T103409Z-smoke-9f89c2"))); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "run.json")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	renamed := regexp.MustCompile(`"id": *"[^"]*"`).ReplaceAll(text, []byte(`"id": "<script>"`))
	renamed = regexp.MustCompile(`"scenario": *"[^"]*"`).ReplaceAll(renamed, []byte(`"scenario": "../<img src=x>"`))
	if bytes.Equal(text, renamed) {
		t.Fatal("run.json is as it was")
	}
	if err := os.WriteFile(file, renamed, 0o600); err != nil {
		t.Fatal(err)
	}
	site := func(into string) (int, string) {
		var out bytes.Buffer
		code := run(t.Context(), []string{"report", "--site", into, "--runs", filepath.Join(top, "runs")}, strings.NewReader(""), &out, &out)
		return code, out.String()
	}
	into := filepath.Join(top, "site")
	if code, out := site(into); code != exitOK || !strings.Contains(out, "1 run, 1 scenario, 3 files written") {
		t.Fatalf("exit %d: %s", code, out)
	}
	names, err := filepath.Glob(filepath.Join(into, "*", "*"))
	if err != nil || len(names) != 1 || !strings.HasPrefix(filepath.Base(names[0]), "script-") {
		t.Fatalf("pages %v, %v", names, err)
	}
	for _, name := range []string{names[0], filepath.Join(into, "index.html")} {
		page, err := os.ReadFile(name)
		if err != nil || bytes.Contains(page, []byte("<script")) || bytes.Contains(page, []byte("<img")) {
			t.Errorf("%s, %v: markup of the run's is in the page", name, err)
		}
	}
	if code, out := site(into); code != exitOK || !strings.Contains(out, "0 files written, 3 unchanged") {
		t.Errorf("again: exit %d: %s", code, out)
	}

	outside := filepath.Join(top, "outside")
	linked := filepath.Join(top, "linked")
	for _, folder := range []string{outside, linked} {
		if err := os.Mkdir(folder, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(outside, filepath.Join(linked, "runs")); err != nil {
		t.Skip("no links here")
	}
	if code, out := site(linked); code != exitFailed || !strings.Contains(out, "--site") {
		t.Errorf("through a link: exit %d: %s", code, out)
	}
	if all, err := os.ReadDir(outside); err != nil || len(all) != 0 {
		t.Errorf("outside: %v, %v", all, err)
	}
}

func TestASiteTakesNoFolderOfOthers(t *testing.T) {
	into := t.TempDir()
	if err := os.WriteFile(filepath.Join(into, "index.html"), []byte("<h1>My pages</h1>"), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	code := run(t.Context(), []string{"report", "--site", into, filepath.Join("testdata", "recorded", "20261129T103409Z-smoke-9f89c2")}, strings.NewReader(""), &out, &out)
	if code != exitFailed || !strings.Contains(out.String(), "name a folder of its own") {
		t.Errorf("exit %d: %s", code, out.String())
	}
	if all, err := os.ReadDir(into); err != nil || len(all) != 1 {
		t.Errorf("%v, %v", all, err)
	}
}
