package launch

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// A Bundle is a scenario with the files that it refers to, as members receive it.
type Bundle struct {
	Main  string // which of them is the scenario
	Files []BundledFile
}

// A BundledFile is one of them: its name is a path with slashes, below the scenario's folder.
type BundledFile struct {
	Name string
	Data []byte
}

// Bounds of a bundle. A ConfigMap holds 1 MiB (Kubernetes, "ConfigMaps"); a task definition
// has 64 KB (Amazon ECS developer guide, "Service quotas"), of which some is its own.
const (
	mostFiles     = 200
	mostConfigMap = 1<<20 - 64<<10
	mostPacked    = 48 << 10
)

// MakeBundle reads the files that a scenario refers to. It refuses those that other machines
// would not find at the same place, those that hold private keys, and too many.
func MakeBundle(main string, scenario []byte, folder string, names []string) (Bundle, error) {
	b := Bundle{Main: filepath.Base(main), Files: []BundledFile{{filepath.Base(main), scenario}}}
	var errs []error
	size := len(scenario)
	for _, name := range names {
		if !filepath.IsLocal(filepath.FromSlash(name)) {
			errs = append(errs, fmt.Errorf("%s: is not within the scenario's folder, so members would not find it: copy it there", name))
			continue
		}
		name = path.Clean(filepath.ToSlash(name))
		if name == b.Main {
			errs = append(errs, fmt.Errorf("%s: the scenario refers to a file of its own name", name))
			continue
		}
		data, err := readBounded(filepath.Join(folder, filepath.FromSlash(name)), mostConfigMap-size)
		switch {
		case errors.Is(err, errTooMuch):
			return b, fmt.Errorf("%s: the scenario and its files hold more than %d bytes, which no platform hands to a member: build an image that has them, and name the scenario in it with --in-image", name, mostConfigMap)
		case err != nil:
			errs = append(errs, err)
			continue
		case bytes.Contains(data, []byte("PRIVATE KEY-----")):
			errs = append(errs, fmt.Errorf("%s: holds a private key, which does not belong into a manifest: build an image that has it, and name the scenario in it with --in-image", name))
			continue
		}
		size += len(data)
		b.Files = append(b.Files, BundledFile{name, data})
	}
	return b, errors.Join(append(errs, b.check())...)
}

// InImage is a scenario that is in the members' image already.
func InImage(path string) Bundle { return Bundle{Main: path} }

// path is where a member finds the scenario, whose files a platform puts into a folder.
func (b Bundle) path(folder string) string {
	if len(b.Files) == 0 {
		return b.Main
	}
	return folder + "/" + b.Main
}

func (b Bundle) check() error {
	if b.Main == "" {
		return errors.New("a fleet needs a scenario")
	}
	if len(b.Files) > mostFiles {
		return fmt.Errorf("the scenario refers to %d files, more than the %d that members receive: build an image that has them, and name the scenario in it with --in-image", len(b.Files)-1, mostFiles-1)
	}
	for i, f := range b.Files {
		if !filepath.IsLocal(filepath.FromSlash(f.Name)) || strings.ContainsAny(f.Name, "\x00\\") {
			return fmt.Errorf("%q: is not the name of a file below a folder", f.Name)
		}
		if slices.ContainsFunc(b.Files[:i], func(o BundledFile) bool { return o.Name == f.Name }) {
			return fmt.Errorf("%q: is there twice", f.Name)
		}
	}
	return nil
}

var errTooMuch = errors.New("holds too much")

// readBounded reads a file of at most so many bytes.
func readBounded(name string, most int) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, int64(max(most, 0))+1))
	if err == nil && len(data) > most {
		err = errTooMuch
	}
	return data, err
}

// Pack is the bundle as the value of an environment variable.
func (b Bundle) Pack() (string, error) {
	var packed bytes.Buffer
	zipped, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return "", err
	}
	archive := tar.NewWriter(zipped)
	for _, f := range b.Files {
		if err := archive.WriteHeader(&tar.Header{Name: f.Name, Mode: 0o644, Size: int64(len(f.Data)), Format: tar.FormatPAX}); err != nil {
			return "", err
		}
		if _, err := archive.Write(f.Data); err != nil {
			return "", err
		}
	}
	if err := errors.Join(archive.Close(), zipped.Close()); err != nil {
		return "", err
	}
	text := base64.StdEncoding.EncodeToString(packed.Bytes())
	if len(text) > mostPacked {
		return "", fmt.Errorf("the scenario and its files hold %d bytes, compressed, and a task definition has room for %d: build an image that has them, and name the scenario in it with --in-image", len(text), mostPacked)
	}
	return text, nil
}

// Unpack reads what Pack wrote. The first file is the scenario.
func Unpack(text string) (Bundle, error) {
	if len(text) > mostPacked {
		return Bundle{}, fmt.Errorf("is longer than %d bytes", mostPacked)
	}
	packed, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return Bundle{}, err
	}
	zipped, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return Bundle{}, err
	}
	var b Bundle
	archive := tar.NewReader(io.LimitReader(zipped, 2<<20))
	for size := 0; ; {
		h, err := archive.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return Bundle{}, err
		}
		if h.Typeflag != tar.TypeReg || len(b.Files) == mostFiles {
			return Bundle{}, errors.New("has something else than the files of a scenario")
		}
		data, err := io.ReadAll(io.LimitReader(archive, int64(mostConfigMap-size)+1))
		if err != nil {
			return Bundle{}, err
		}
		if size += len(data); size > mostConfigMap {
			return Bundle{}, errTooMuch
		}
		b.Files = append(b.Files, BundledFile{h.Name, data})
	}
	if len(b.Files) == 0 {
		return Bundle{}, errors.New("has no scenario")
	}
	b.Main = b.Files[0].Name
	return b, b.check()
}

// Write writes the files below a folder, and returns where the scenario is.
func (b Bundle) Write(folder string) (string, error) {
	if len(b.Files) == 0 {
		return b.Main, nil
	}
	if err := b.check(); err != nil {
		return "", err
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return "", err
	}
	defer root.Close()
	for _, f := range b.Files {
		if dir := path.Dir(f.Name); dir != "." {
			if err := root.MkdirAll(dir, 0o755); err != nil {
				return "", err
			}
		}
		if err := root.WriteFile(f.Name, f.Data, fs.FileMode(0o600)); err != nil {
			return "", err
		}
	}
	return filepath.Join(folder, filepath.FromSlash(b.Main)), nil
}
