package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"cmp"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// An entry is a file of an archive.
type entry struct {
	name string // within it; a folder's ends with a slash
	mode int64
	data []byte
	user int // that owns it: 0 is root
}

// archive packs a program with its documents: as zip for Windows, as tar.gz elsewhere.
func (r *release) archive(s system, binary string, documents []entry) error {
	data, err := os.ReadFile(binary)
	if err != nil {
		return err
	}
	all := append([]entry{{name: s.program(), mode: 0o755, data: data}}, documents...)
	slices.SortFunc(all, func(a, b entry) int { return cmp.Compare(a.name, b.name) })
	name, pack := "tollgate_"+s.os+"_"+s.arch+".tar.gz", packTar
	if s.os == "windows" {
		name, pack = "tollgate_"+s.os+"_"+s.arch+".zip", packZip
	}
	var packed bytes.Buffer
	if err := pack(&packed, all, r.at); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(r.out, name), packed.Bytes(), 0o644)
}

func packTar(w io.Writer, all []entry, at time.Time) error {
	z, err := gzip.NewWriterLevel(w, gzip.BestCompression)
	if err != nil {
		return err
	}
	return errors.Join(writeTar(z, all, at), z.Close())
}

// writeTar writes the files and the folders that they are in, all owned by root.
func writeTar(w io.Writer, all []entry, at time.Time) error {
	t := tar.NewWriter(w)
	made := map[string]bool{".": true}
	for _, e := range all {
		var folders []string
		for dir := path.Dir(strings.TrimSuffix(e.name, "/")); !made[dir]; dir = path.Dir(dir) {
			made[dir] = true
			folders = append(folders, dir)
		}
		for _, dir := range slices.Backward(folders) {
			if err := t.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: dir + "/", Mode: 0o755, ModTime: at, Format: tar.FormatPAX}); err != nil {
				return err
			}
		}
		kind := byte(tar.TypeReg)
		if strings.HasSuffix(e.name, "/") {
			kind, made[path.Clean(e.name)] = tar.TypeDir, true
		}
		err := t.WriteHeader(&tar.Header{Typeflag: kind, Name: e.name, Mode: e.mode, Size: int64(len(e.data)), ModTime: at, Uid: e.user, Gid: e.user, Format: tar.FormatPAX})
		if err == nil {
			_, err = t.Write(e.data)
		}
		if err != nil {
			return err
		}
	}
	return t.Close()
}

func packZip(w io.Writer, all []entry, at time.Time) error {
	z := zip.NewWriter(w)
	for _, e := range all {
		h := &zip.FileHeader{Name: e.name, Method: zip.Deflate, Modified: at}
		h.SetMode(os.FileMode(e.mode))
		f, err := z.CreateHeader(h)
		if err == nil {
			_, err = f.Write(e.data)
		}
		if err != nil {
			return err
		}
	}
	return z.Close()
}
