//go:build aaab

package main

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// The repositories of TestBisectFindsTheCommit: a server that answers after the time in a
// file, which one commit makes a tenth longer.
const (
	bisected  = 32 // commits
	fastDelay = "20ms"
	slowDelay = "22ms"
	fewRight  = 19 // of 20
)

// TestBisectFindsTheCommit bisects generated repositories with real servers: twenty in which
// one commit is a tenth slower, and twenty in which none is. BISECT=5 bisects five of each.
// It takes an hour and wants the machine for itself.
func TestBisectFindsTheCommit(t *testing.T) {
	n, err := strconv.Atoi(cmp.Or(os.Getenv("BISECT"), "20"))
	if err != nil {
		t.Fatal(err)
	}
	bin := t.TempDir()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for name := range programs { // TestMain is each of them, by the name
		if err := os.Symlink(exe, filepath.Join(bin, name)); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", bin+string(filepath.ListSeparator)+os.Getenv("PATH"))
	ran, found, none := 0, 0, 0
	for i := range n {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			ran++
			planted := 1 + rand.New(rand.NewPCG(1, uint64(i))).IntN(bisected)
			for _, first := range []int{planted, 0} {
				dir, ids := generated(t, first)
				said, took := bisectOf(t, dir, i)
				want := "NONE "
				if first > 0 {
					want = "FOUND  " + ids[first][:10] + " "
				}
				right := strings.HasPrefix(said, want)
				found, none = found+asNumber(right && first > 0), none+asNumber(right && first == 0)
				t.Logf("repository %2d, planted at %2d: right %v in %v: %s", i, first, right, took, said)
			}
		})
	}
	t.Logf("%d of %d found, %d of %d with none", found, ran, none, ran)
	if least := ran * fewRight / 20; found < least || none < least {
		t.Errorf("want at least %d of each", least)
	}
}

func asNumber(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// generated makes a repository and returns the ids of its commits, the good one first.
func generated(t *testing.T, first int) (dir string, ids []string) {
	t.Helper()
	dir = t.TempDir()
	var stream strings.Builder
	for i := range bisected + 1 {
		delay := fastDelay
		if first > 0 && i >= first {
			delay = slowDelay
		}
		subject := fmt.Sprintf("change %d", i)
		fmt.Fprintf(&stream, "commit refs/heads/main\nmark :%d\ncommitter A <a@example.com> %d +0000\ndata %d\n%s\n", i+1, 1_700_000_000+60*i, len(subject), subject)
		fmt.Fprintf(&stream, "M 100644 inline delay\ndata %d\n%s\nM 100644 inline number\ndata %d\n%d\n\n", len(delay), delay, len(fmt.Sprint(i)), i)
	}
	for _, args := range [][]string{{"init", "-q", "-b", "main"}, {"fast-import", "--quiet"}, {"reset", "-q", "--hard"}, {"log", "--reverse", "--format=%H"}} {
		c := exec.Command("git", args...)
		c.Dir, c.Stdin = dir, strings.NewReader(stream.String())
		out, err := c.Output()
		if err != nil {
			t.Fatalf("git %v: %v", args, err)
		}
		ids = strings.Fields(string(out))
	}
	return dir, ids
}

// bisectOf is the first line that a bisection prints.
func bisectOf(t *testing.T, dir string, seed int) (said string, took time.Duration) {
	t.Helper()
	begun := time.Now()
	c := exec.Command("tollgate", "bisect", "-C", dir, "--good", "HEAD~"+fmt.Sprint(bisected), "--serve", "serve $(cat delay)",
		"-r", "100/s", "--blocks", "6", "--seed", fmt.Sprint(1+1000*seed), "--out", filepath.Join(dir, "runs"))
	out, _ := c.Output() // 95 where it is undecided
	said, _, _ = strings.Cut(string(out), "\n")
	return said, time.Since(begun).Round(time.Second)
}
