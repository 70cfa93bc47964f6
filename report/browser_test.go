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
	out, err := check(t, map[string]string{
		"front-doors": pageOf(t, frontDoors(t)), "names": pageOf(t, hostile(t, "hostile-names")), "torn": pageOf(t, hostile(t, "torn")),
		"nothing": pageOf(t, hostile(t, "nothing")), "errors": pageOf(t, hostile(t, "all-errors")), "history": trendOf(t),
	}, "360,768,1280,1920", "front-doors,names,history")
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestTheBrowserCheckSeesFlaws breaks a good report in each way that the check
// is there for.
func TestTheBrowserCheckSeesFlaws(t *testing.T) {
	good := pageOf(t, frontDoors(t))
	broken, wants := map[string]string{}, map[string]string{}
	for name, flaw := range map[string]struct {
		says   string
		change func(string) string
	}{
		"wide":     {"px wide", style("main { width: 2000px; }")},
		"overlap":  {"lie on each", style(".card h3 { margin-bottom: -40px; }")},
		"cut":      {"is cut by", style("figure { overflow: hidden; height: 60px; }")},
		"outside":  {"leaves the", style(".answer { position: relative; left: -60px; }")},
		"numbers":  {"broken over", style("td, dd { max-width: 20px; white-space: normal !important; overflow-wrap: anywhere; }")},
		"small":    {"px high", style(".chart text { font-size: 5px !important; }")},
		"grey":     {"has the", style("body { background: #777 !important; }")},
		"empty":    {"shows no text", style("body { display: none; }")},
		"toggles":  {"a check box hides", style("g.series { display: inline !important; }")},
		"sorting":  {"it sorts nothing", style("tr { order: 0 !important; }")},
		"paper":    {"may be cut", style("figure { break-inside: auto !important; }")},
		"contrast": {"axe: color-contrast", style(".note { color: #bbb !important; }")},
		"asking": {"console: ", func(page string) string {
			return strings.Replace(page, "<main>", `<main><img src="https://127.0.0.1:9/x">`, 1)
		}},
	} {
		broken[name], wants[name] = flaw.change(good), flaw.says
	}
	out, err := check(t, broken, "360", "contrast")
	if err == nil {
		t.Error("the check finds no flaw in broken pages")
	}
	for name, says := range wants {
		found := false
		for line := range strings.Lines(out) {
			found = found || strings.HasPrefix(line, name+".html") && strings.Contains(line, says)
		}
		if !found {
			t.Errorf("the check does not say %q of a page that was broken for it", says)
		}
	}
	if t.Failed() {
		t.Log(out)
	}
}

// pageOf is a report as HTML.
func pageOf(t *testing.T, r *Report) string {
	t.Helper()
	return written(t, "html", r)
}

// trendOf is a page of thirty runs.
func trendOf(t *testing.T) string {
	t.Helper()
	tr, err := NewTrend("front-doors", runs(30))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := WriteTrend(&b, tr); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func style(rule string) func(string) string {
	return func(page string) string { return strings.Replace(page, "</style>", rule+"</style>", 1) }
}

// check opens pages in the browser; axe-core looks at those that rules names.
func check(t *testing.T, pages map[string]string, widths, rules string) (string, error) {
	t.Helper()
	dir := t.TempDir()
	args := []string{filepath.Join("testdata", "browser", "check.mjs")}
	for name, text := range pages {
		file := filepath.Join(dir, name+".html")
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		args = append(args, file)
	}
	slices.Sort(args[1:])
	node := exec.Command("node", args...)
	node.Env = append(os.Environ(), "WIDTHS="+widths, "RULES="+rules)
	out, err := node.CombinedOutput()
	return string(out), err
}
