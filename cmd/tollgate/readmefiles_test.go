package main

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The README names tests that show what it says, and files to copy.
func TestFilesThatTheREADMENamesAreThere(t *testing.T) {
	top := filepath.Join("..", "..")
	text, err := os.ReadFile(filepath.Join(top, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	tests, files := 0, 0
	for _, m := range regexp.MustCompile(`\]\(([^)#]+)\)`).FindAllStringSubmatch(string(text), -1) {
		if strings.Contains(m[1], "://") {
			continue
		}
		files++
		if strings.HasSuffix(m[1], "_test.go") {
			tests++
		}
		if _, err := os.Stat(filepath.Join(top, filepath.FromSlash(m[1]))); err != nil {
			t.Errorf("the README names %s: %v", m[1], err)
		}
	}
	if tests < 8 || files < tests+5 {
		t.Errorf("%d links to files, %d to tests", files, tests)
	}
}

// The recording is small, needs nothing from elsewhere, and stands still where less
// motion is wanted: each moving part is within the condition.
func TestTheRecordingOfTheREADMEStandsByItself(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "report", "gallery", "front-doors.svg"))
	if err != nil {
		t.Fatal(err)
	}
	if len(text) > 200_000 {
		t.Errorf("it has %d bytes", len(text))
	}
	svg := string(text)
	for _, not := range []string{"<script", "<image", "<use", "href", "url(", "@import", "@font-face", "/work/", "/home/", "/tmp/"} {
		if strings.Contains(svg, not) {
			t.Errorf("it has %q", not)
		}
	}
	before, moving, found := strings.Cut(svg, "@media (prefers-reduced-motion: no-preference){")
	style, rest, _ := strings.Cut(moving, "</style>")
	if !found || strings.Contains(before, "animation") || strings.Contains(rest, "animation") || strings.Count(style, "animation:") < 5 || !strings.HasSuffix(style, "}\n}\n") {
		t.Error("its motion is not within the condition")
	}
	if !strings.Contains(svg, "<desc") || strings.Count(svg, ` last"`) < 10 {
		t.Error("it lacks its last screen")
	}
	d := xml.NewDecoder(strings.NewReader(svg))
	for {
		if _, err := d.Token(); err != nil {
			if !errors.Is(err, io.EOF) {
				t.Error(err)
			}
			break
		}
	}
}
