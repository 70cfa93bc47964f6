package main

import (
	"bytes"
	"crypto/x509"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/validate"
)

// unpack writes files below a folder.
func unpack(t *testing.T, dir string, all map[string]packed) {
	t.Helper()
	for name, f := range all {
		file := filepath.Join(dir, filepath.FromSlash(name))
		err := os.MkdirAll(filepath.Dir(file), 0o755)
		if err == nil && f.mode.IsDir() {
			err = os.MkdirAll(file, 0o755)
		} else if err == nil {
			err = os.WriteFile(file, f.data, 0o644)
		}
		if err == nil {
			err = os.Chmod(file, f.mode)
		}
		if err == nil && os.Getuid() == 0 {
			err = os.Chown(file, f.owner, f.owner)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// The image is read back from its file, every digest is checked, and its program runs from
// its layer alone, as the image's user.
func TestTheImageRuns(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(*dist, "tollgate_image.oci.tar"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	unpack(t, dir, untar(t, bytes.NewReader(data)))
	index, err := layout.ImageIndexFromPath(dir)
	if err == nil {
		err = validate.Index(index)
	}
	if err != nil {
		t.Fatal(err)
	}
	manifest, err := index.IndexManifest()
	if err != nil {
		t.Fatal(err)
	}
	var platforms []string
	for _, m := range manifest.Manifests {
		platforms = append(platforms, m.Platform.String())
		img, err := index.Image(m.Digest)
		if err != nil {
			t.Fatal(err)
		}
		file, err := img.ConfigFile()
		if err != nil {
			t.Fatal(err)
		}
		if c := file.Config; c.User != "65532:65532" || strings.Join(c.Entrypoint, " ") != "/usr/bin/tollgate" || file.OS+"/"+file.Architecture != m.Platform.String() {
			t.Errorf("%v: %+v", m.Platform, file)
		}
		layers, err := img.Layers()
		if err != nil || len(layers) != 1 {
			t.Fatalf("%d layers, %v", len(layers), err)
		}
		root := rootOf(t, layers[0])
		checkAuthorities(t, root)
		if m.Platform.Architecture == runtime.GOARCH && runtime.GOOS == "linux" {
			runIn(t, root)
		}
	}
	var want []string
	for _, s := range released(t) {
		if s.os == "linux" {
			want = append(want, s.String())
		}
	}
	if !slices.Equal(platforms, want) {
		t.Errorf("the image is for %s, want %s", platforms, want)
	}
}

// rootOf unpacks a layer.
func rootOf(t *testing.T, layer v1.Layer) string {
	t.Helper()
	r, err := layer.Uncompressed()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	all := untar(t, r)
	if len(all) > 12 {
		t.Errorf("the image has %d files and folders", len(all))
	}
	root := t.TempDir()
	unpack(t, root, all)
	return root
}

func checkAuthorities(t *testing.T, root string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "etc", "ssl", "certs", "ca-certificates.crt"))
	if err != nil {
		t.Fatal(err)
	}
	if pool := x509.NewCertPool(); !pool.AppendCertsFromPEM(text) || bytes.Count(text, []byte("BEGIN CERTIFICATE")) < 100 {
		t.Errorf("the image has %d authorities", bytes.Count(text, []byte("BEGIN CERTIFICATE")))
	}
}

// runIn runs the program with nothing but the image's files. Only root can do so.
func runIn(t *testing.T, root string) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Fatal("run as root: the image's root folder takes chroot")
	}
	for dir := root; dir != os.TempDir() && dir != "/"; dir = filepath.Dir(dir) {
		if err := os.Chmod(dir, 0o755); err != nil { // test folders are closed to other users
			t.Fatal(err)
		}
	}
	// A container has /proc, where a program finds its own file. To mount one takes rights
	// that a test may not have.
	own := filepath.Join(root, "proc", "self")
	if err := errors.Join(os.MkdirAll(own, 0o755), os.Symlink("/usr/bin/tollgate", filepath.Join(own, "exe"))); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"version"}, {"run", "smoke", "--quiet", "--json"}} {
		c := exec.Command("/usr/bin/tollgate", args...)
		c.Dir, c.Env = "/work", []string{"PATH=/usr/bin", "HOME=/work"}
		c.SysProcAttr = &syscall.SysProcAttr{Chroot: root, Credential: &syscall.Credential{Uid: owner, Gid: owner}}
		out, err := c.CombinedOutput()
		if code := c.ProcessState.ExitCode(); code != 0 && code != 96 || !bytes.Contains(out, []byte(map[string]string{"version": *tag, "run": `"verdict"`}[args[0]])) {
			t.Errorf("%v: %v\n%s", args, err, out)
		}
	}
}
