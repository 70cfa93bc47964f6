//go:build release

package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// soon is how long it may take from nothing to the summary of a first run.
const soon = 10 * time.Second

// servedRelease serves a release as a code host does, and returns the address that releases are
// below, and the version.
func servedRelease(t *testing.T) (url, tag string) {
	t.Helper()
	dist, tag := os.Getenv("DIST"), os.Getenv("TAG")
	if dist == "" || tag == "" {
		t.Fatal("DIST and TAG name a release: run make release-check")
	}
	server := httptest.NewServer(http.StripPrefix("/"+tag+"/", http.FileServer(http.Dir(dist))))
	t.Cleanup(server.Close)
	return server.URL, tag
}

// withinSoon does something up to three times until it takes no longer than it may. Where the run itself says that the machine was busy, the
// time says nothing.
func withinSoon(t *testing.T, do func(t *testing.T) (printed string)) {
	for try := 1; ; try++ {
		start := time.Now()
		printed := do(t)
		took := time.Since(start)
		t.Logf("%.1f s from an empty folder to the summary of run smoke", took.Seconds())
		switch busy := strings.Contains(printed, "suspect") || strings.Contains(printed, "invalid"); {
		case took <= soon || t.Failed():
			return
		case try == 3 && !busy:
			t.Fatalf("it took %v, and may take %v", took, soon)
		case try == 3:
			t.Log("the machine is too busy to tell how long it takes")
			return
		}
	}
}

// byHand are the commands by which README.md installs a release, of this one.
func byHand(t *testing.T, url, tag string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, block := range regexp.MustCompile("(?s)```console\n(.*?)```").FindAllStringSubmatch(string(text), -1) {
		if strings.Contains(block[1], "SHA256SUMS") {
			commands := strings.ReplaceAll("\n"+block[1], "\n$ ", "\n")
			return "set -eu" + strings.ReplaceAll(commands, "https://github.com/OWNER/tollgate/releases/download/v1.2.3/", url+"/"+tag+"/") + "./tollgate run smoke\n"
		}
	}
	t.Fatal("README.md does not say how a release is installed")
	return ""
}

func TestReleaseInstalledByHand(t *testing.T) {
	url, tag := servedRelease(t)
	withinSoon(t, func(t *testing.T) string {
		c := exec.CommandContext(t.Context(), "sh", "-c", byHand(t, url, tag))
		c.Dir = t.TempDir()
		out, _ := c.CombinedOutput()
		if code := c.ProcessState.ExitCode(); code != exitOK && code != exitInvalid || !strings.Contains(string(out), "tollgate_linux_amd64.tar.gz: OK") || !strings.Contains(string(out), "summary") {
			t.Errorf("exit status %d\n%s", code, out)
		}
		return string(out)
	})
}

// The action is unpacked into a folder without .git, and installs the release of its tag.
func TestReleaseInstalledByTheAction(t *testing.T) {
	url, tag := servedRelease(t)
	top, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	withinSoon(t, func(t *testing.T) string {
		p := &pipeline{t: t, top: top, dir: t.TempDir(), temp: t.TempDir(), github: map[string]string{"github.action_ref": tag, "github.action_path": t.TempDir()}}
		p.env = map[string]string{
			"RUNNER_TEMP": p.temp, "RUNNER_OS": "Linux", "RUNNER_ARCH": "X64", "GITHUB_STEP_SUMMARY": filepath.Join(p.temp, "summary.md"),
			"GITHUB_SHA": "0df4f10aa11bb22cc33dd44ee55ff6677889900a", "GITHUB_REF_NAME": "main", "GITHUB_RUN_ID": "1",
		}
		out := p.action(step{With: map[string]any{"scenario": "smoke", "releases": url}}, map[string]string{})
		invalid := out["verdict"] == "invalid"
		if p.failed != invalid || out["run-dir"] == "" || !strings.Contains(p.log.String(), "tollgate "+tag+"\n") {
			t.Errorf("failed %v, %v\n%s", p.failed, out, p.log.String())
		}
		return p.log.String()
	})
}

// The examples for other pipelines install it likewise.
func TestReleaseInstalledByOtherPipelines(t *testing.T) {
	url, tag := servedRelease(t)
	jenkins, err := os.ReadFile(filepath.Join("..", "..", "scenarios", "examples", "Jenkinsfile"))
	if err != nil {
		t.Fatal(err)
	}
	_, script, _ := strings.Cut(string(jenkins), "sh '''")
	script, _, ended := strings.Cut(script, "'''")
	if !ended {
		t.Fatal("the Jenkinsfile has no script that installs")
	}
	c := exec.CommandContext(t.Context(), "sh", "-c", script)
	c.Dir = t.TempDir()
	c.Env = append(os.Environ(), "RELEASES="+url, "TOLLGATE="+tag)
	if out, err := c.CombinedOutput(); err != nil || !strings.Contains(string(out), "tollgate "+tag+"\n") {
		t.Errorf("%v\n%s", err, out)
	}
}
