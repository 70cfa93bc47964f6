//go:build browser

package report

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestReportsInABrowser opens reports in Chromium; what is checked is in
// testdata/browser/check.mjs. It needs Node, "npm ci" in that folder, and
// Chromium at /usr/bin/chromium or where CHROMIUM says.
func TestReportsInABrowser(t *testing.T) {
	out, err := check(t, map[string]*Report{
		"front-doors": frontDoors(t), "names": hostile(t, "hostile-names"), "torn": hostile(t, "torn"),
		"nothing": hostile(t, "nothing"), "errors": hostile(t, "all-errors"),
	}, func(page string) string { return page }, "360,768,1280,1920")
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestTheBrowserCheckSeesFlaws breaks a good report in each way that the check
// is there for.
func TestTheBrowserCheckSeesFlaws(t *testing.T) {
	good := map[string]*Report{"broken": frontDoors(t)}
	for what, change := range map[string]func(string) string{
		"px wide":     style("main { width: 2000px; }"),
		"lie on each": style(".card h3 { margin-bottom: -40px; }"),
		"is cut by":   style("figure { overflow: hidden; height: 60px; }"),
		"leaves the":  style(".answer { position: relative; left: -60px; }"),
		"broken over": style("td, dd { max-width: 20px; white-space: normal !important; overflow-wrap: anywhere; }"),
		"px high":     style(".chart text { font-size: 5px !important; }"),
		"console: ": func(page string) string {
			return strings.Replace(page, "<main>", `<main><img src="https://127.0.0.1:9/x">`, 1)
		},
		"has the":       style("body { background: #777 !important; }"),
		"shows no text": style("body { display: none; }"),
	} {
		out, err := check(t, good, change, "360")
		if err == nil || !strings.Contains(out, what) {
			t.Errorf("the check does not say %q of a page that was broken for it: %v\n%s", what, err, out)
		}
	}
}

func style(rule string) func(string) string {
	return func(page string) string { return strings.Replace(page, "</style>", rule+"</style>", 1) }
}

func check(t *testing.T, reports map[string]*Report, change func(string) string, widths string) (string, error) {
	t.Helper()
	dir := t.TempDir()
	args := []string{filepath.Join("testdata", "browser", "check.mjs")}
	for name, r := range reports {
		var b bytes.Buffer
		if err := writeHTML(&b, r); err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(dir, name+".html")
		if err := os.WriteFile(file, []byte(change(b.String())), 0o644); err != nil {
			t.Fatal(err)
		}
		args = append(args, file)
	}
	slices.Sort(args[1:])
	node := exec.Command("node", args...)
	node.Env = append(os.Environ(), "WIDTHS="+widths)
	out, err := node.CombinedOutput()
	return string(out), err
}
