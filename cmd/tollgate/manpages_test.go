package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestEveryCommandHasAManPage(t *testing.T) {
	folder := t.TempDir()
	var out strings.Builder
	if code := run(t.Context(), []string{"manpages", folder}, strings.NewReader(""), &out, &out); code != 0 {
		t.Fatalf("exit status %d: %s", code, out.String())
	}
	read := func(name string) string {
		text, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	page := read("tollgate-run.1")
	for _, want := range []string{
		".TH TOLLGATE\\-RUN 1 ", "\n.SH NAME\ntollgate\\-run \\- Measure", "\n.SH OPTIONS\n", "\n.TP\n\\fB\\-\\-out\\fR \\fIfolder\\fR\n",
		"\\fB\\-r, \\-\\-rate\\fR \\fIrate\\fR", "\nEXIT STATUS\n", "\\fBtollgate\\fR(1)",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page of run has no %q", want)
		}
	}
	if also := read("tollgate-prices.1"); !strings.Contains(also, "\\fBtollgate\\-prices\\-update\\fR(1)") {
		t.Errorf("the page of prices does not name those below it:\n%s", also)
	}
	if pages, err := filepath.Glob(filepath.Join(folder, "*manpages*")); err != nil || len(pages) > 0 {
		t.Errorf("a hidden command has a page: %v, %v", pages, err)
	}
}

func TestTextsOfManPagesAreNoRequests(t *testing.T) {
	for text, want := range map[string]string{
		".TH is a request": `\&.TH is a request`,
		"'so is this":      `\(aqso is this`,
		"first\n.second":   "first\n\\&.second",
		`a\b --flag`:       `a\eb \-\-flag`,
		"€ and `ticks`":    "\\[u20AC] and \\(gaticks\\(ga",
	} {
		if got := roff(text); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}
