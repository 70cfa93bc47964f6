// Command release builds the files of a release from a checkout of its tag:
//
//  1. the program for each system, static, stripped and with trimmed paths (build);
//  2. shell completions, man pages and the reference stack's function, which the program
//     makes itself (documents, functions);
//  3. for each system an archive with these, and a bill of materials (archive, sbom);
//  4. an image for containers, without Docker (image);
//  5. the checksums of all files (sums).
//
// The same commit gives the same bytes, in any folder and at any time: every time in an
// archive is the commit's, owners are root, and files are in the order of their names.
//
// # Why
//
// It is plain Go, with archive/tar and archive/zip, rather than goreleaser: the release has
// one program and six systems, goreleaser's newest version wants a newer Go than ours, and
// what it does with its configuration has to be trusted rather than read. GNU tar and zip
// with flags were tried in the Makefile: they differ between systems.
//
// The module is one of its own, so that its libraries are not the program's:
// go-containerregistry makes the image, cyclonedx-gomod reads the modules of a binary, and
// x/crypto/x509roots has Mozilla's authorities, by version, for the image.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A system is what a program is built for.
type system struct{ os, arch string }

var systems = []system{
	{"linux", "amd64"},
	{"linux", "arm64"},
	{"darwin", "amd64"},
	{"darwin", "arm64"},
	{"windows", "amd64"},
	{"windows", "arm64"},
}

func (s system) String() string { return s.os + "/" + s.arch }

// program is the name of the program's file.
func (s system) program() string {
	if s.os == "windows" {
		return "tollgate.exe"
	}
	return "tollgate"
}

// A release is what is being built.
type release struct {
	top  string    // of the checkout
	out  string    // the folder of its files, below work until all are there
	work string    // a temporary folder
	bare bool      // only the image, of what is in the checkout
	at   time.Time // of the commit
}

func main() {
	r := release{}
	var only string
	flag.StringVar(&r.top, "top", ".", "top `folder` of the checkout")
	flag.StringVar(&r.out, "out", "dist", "`folder` to write to, which is emptied")
	flag.StringVar(&only, "systems", "", "only these `systems`, such as linux/amd64,darwin/arm64")
	flag.BoolVar(&r.bare, "image-only", false, "only the image, of the checkout as it is: for tests")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	chosen, err := choose(only)
	if err == nil {
		err = r.make(ctx, chosen)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		stop()
		os.Exit(1)
	}
}

// choose returns the systems that are named, all if none is.
func choose(names string) ([]system, error) {
	if names == "" {
		return systems, nil
	}
	var chosen []system
	for name := range strings.SplitSeq(names, ",") {
		i := slices.IndexFunc(systems, func(s system) bool { return s.String() == name })
		if i < 0 {
			return nil, fmt.Errorf("no release is built for %q; there are %v", name, systems)
		}
		chosen = append(chosen, systems[i])
	}
	return chosen, nil
}

func (r *release) make(ctx context.Context, chosen []system) (err error) {
	if r.top, err = filepath.Abs(r.top); err != nil {
		return err
	}
	out, err := filepath.Abs(r.out)
	if err != nil {
		return err
	}
	if !r.bare {
		if err := clean(ctx, r.top); err != nil {
			return err
		}
	}
	if r.at, err = commitTime(ctx, r.top); err != nil {
		return err
	}
	if r.work, err = os.MkdirTemp("", "tollgate-release-"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(r.work)) }()
	r.out = filepath.Join(r.work, "dist")
	if err := os.Mkdir(r.out, 0o750); err != nil {
		return err
	}
	if err := r.files(ctx, chosen); err != nil {
		return err
	}
	return errors.Join(os.RemoveAll(out), os.CopyFS(out, os.DirFS(r.out)))
}

// files builds everything.
func (r *release) files(ctx context.Context, chosen []system) error {
	if r.bare {
		for _, s := range chosen {
			if _, err := r.build(ctx, s); err != nil {
				return err
			}
		}
		return r.image(chosen)
	}
	here, err := r.build(ctx, system{runtime.GOOS, runtime.GOARCH})
	if err != nil {
		return err
	}
	documents, err := r.documents(ctx, here)
	if err != nil {
		return err
	}
	if err := r.functions(ctx, here); err != nil {
		return err
	}
	for _, s := range chosen {
		fmt.Println(s)
		if err := r.system(ctx, s, documents); err != nil {
			return fmt.Errorf("%v: %w", s, err)
		}
	}
	if err := r.image(chosen); err != nil {
		return fmt.Errorf("image: %w", err)
	}
	return r.sums()
}

// clean refuses a checkout with changes: no commit has what would be built.
func clean(ctx context.Context, top string) error {
	out, err := exec.CommandContext(ctx, "git", "-C", top, "status", "--porcelain").Output()
	if err != nil {
		return fmt.Errorf("a release is built from a checkout: git status: %w", err)
	}
	if len(out) > 0 {
		return fmt.Errorf("%s has changes: commit them, or build from a clone\n%s", top, out)
	}
	return nil
}

// system builds everything of one system.
func (r *release) system(ctx context.Context, s system, documents []entry) error {
	binary, err := r.build(ctx, s)
	if err != nil {
		return err
	}
	if err := r.archive(s, binary, documents); err != nil {
		return err
	}
	return r.sbom(ctx, s, binary)
}

// build builds the program and returns its file.
func (r *release) build(ctx context.Context, s system) (string, error) {
	binary := filepath.Join(r.work, s.os+"-"+s.arch, s.program())
	// Without the symbol table and the debugging information, which are a quarter of the
	// binary; stack traces keep their names and lines. Go stamps the version of the git tag,
	// or fails where it cannot.
	c := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=true", "-ldflags=-s -w", "-o", binary, "./cmd/tollgate")
	c.Dir = r.top
	c.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=", "GOWORK=off", "GOOS="+s.os, "GOARCH="+s.arch, "GOAMD64=v1", "GOARM64=v8.0")
	return binary, run(c)
}

// commitTime is when the commit that is checked out was made.
func commitTime(ctx context.Context, top string) (time.Time, error) {
	c := exec.CommandContext(ctx, "git", "-C", top, "log", "-1", "--format=%ct")
	out, err := c.Output()
	if err != nil {
		return time.Time{}, fmt.Errorf("a release is built from a checkout: git log: %w", err)
	}
	seconds, err := strconv.ParseInt(strings.TrimSpace(string(out)), 10, 64)
	return time.Unix(seconds, 0).UTC(), err
}

// run runs a command, and says what it printed if it failed.
func run(c *exec.Cmd) error {
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", strings.Join(c.Args, " "), err, out)
	}
	return nil
}
