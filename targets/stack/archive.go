package stack

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"time"
)

// Architectures are those of Lambda, each with Go's name of it.
var Architectures = map[string]string{"arm64": "arm64", "x86_64": "amd64"}

// ErrNoGo says that Go is not installed.
var ErrNoGo = errors.New("the function is built by Go, and there is no go on PATH: install it from https://go.dev/dl, or take the archive of a release")

// Archive builds the function for an architecture and returns the archive that Lambda
// takes. The same version of Go makes the same bytes everywhere.
func Archive(ctx context.Context, architecture string) ([]byte, error) {
	processor, known := Architectures[architecture]
	if !known {
		return nil, fmt.Errorf("%q is no architecture of Lambda: there are arm64 and x86_64", architecture)
	}
	if _, err := exec.LookPath("go"); err != nil {
		return nil, ErrNoGo
	}
	dir, err := os.MkdirTemp("", "tollgate-function-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	if err := unpack(dir); err != nil {
		return nil, err
	}
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-mod=readonly", "-tags=lambda.norpc", "-ldflags=-s -w -buildid=", "-o", "bootstrap", "./targets/stack/bootstrap")
	build.Dir = dir
	build.Env = append(os.Environ(), "GOOS=linux", "GOARCH="+processor, "CGO_ENABLED=0", "GOFLAGS=", "GOWORK=off", "GOAMD64=v1", "GOARM64=v8.0", "GOEXPERIMENT=")
	if out, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("go build of the function: %w\n%s", err, bytes.TrimSpace(out))
	}
	program, err := os.ReadFile(filepath.Join(dir, "bootstrap"))
	if err != nil {
		return nil, err
	}
	return zipped(program)
}

// unpack writes the function's source as a module of the same name, at the same places: the
// bytes of a program depend on both.
func unpack(dir string) error {
	for from, to := range map[string]string{"bootstrap": "targets/stack/bootstrap", "function": "targets/stack/function", "module": ""} {
		files, err := source.ReadDir(from)
		if err != nil {
			return err
		}
		folder := filepath.Join(dir, filepath.FromSlash(to))
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return err
		}
		for _, f := range files {
			if strings.HasSuffix(f.Name(), "_test.go") {
				continue
			}
			text, err := source.ReadFile(path.Join(from, f.Name()))
			if err != nil {
				return err
			}
			if err := os.WriteFile(filepath.Join(folder, strings.TrimSuffix(f.Name(), ".txt")), text, 0o600); err != nil {
				return err
			}
		}
	}
	return nil
}

// zipped packs a program as the runtime provided.al2023 starts it: executable, and called
// bootstrap. Source: Lambda developer guide, "Deploy Go Lambda functions with .zip file
// archives".
func zipped(program []byte) ([]byte, error) {
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	h := &zip.FileHeader{Name: "bootstrap", Method: zip.Deflate, Modified: time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)}
	h.SetMode(0o755)
	entry, err := w.CreateHeader(h)
	if err == nil {
		_, err = entry.Write(program)
	}
	err = errors.Join(err, w.Close())
	return out.Bytes(), err
}
