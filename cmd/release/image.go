package main

import (
	"bytes"
	"encoding/pem"
	"io"
	"os"
	"path/filepath"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"golang.org/x/crypto/x509roots/fallback/bundle"
)

// owner is the user of the image: no root, and the number that distroless images use.
const (
	owner = 65532
	user  = "65532:65532"
)

// image writes the image for containers of all Linux systems: an OCI image layout in a tar
// file, which docker load, podman load, skopeo and crane read. It has the program, the
// authorities that TLS needs, a user and nothing else: no shell, no base image.
func (r *release) image(chosen []system) error {
	index := mutate.IndexMediaType(empty.Index, types.OCIImageIndex)
	found := false
	for _, s := range chosen {
		if s.os != "linux" {
			continue
		}
		found = true
		img, err := r.imageOf(s)
		if err != nil {
			return err
		}
		index = mutate.AppendManifests(index, mutate.IndexAddendum{
			Add: img, Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: s.os, Architecture: s.arch}},
		})
	}
	if !found {
		return nil
	}
	dir := filepath.Join(r.work, "image")
	if _, err := layout.Write(dir, index); err != nil {
		return err
	}
	return packFolder(filepath.Join(r.out, "tollgate_image.oci.tar"), dir, r)
}

func (r *release) imageOf(s system) (v1.Image, error) {
	data, err := os.ReadFile(filepath.Join(r.work, s.os+"-"+s.arch, s.program()))
	if err != nil {
		return nil, err
	}
	var layer bytes.Buffer
	err = writeTar(&layer, []entry{
		{name: "etc/passwd", mode: 0o644, data: []byte("root:x:0:0:root:/root:/sbin/nologin\ntollgate:x:65532:65532:tollgate:/work:/sbin/nologin\n")},
		{name: "etc/ssl/certs/ca-certificates.crt", mode: 0o644, data: authorities()},
		{name: "tmp/", mode: 0o1777},
		{name: "usr/bin/tollgate", mode: 0o755, data: data},
		{name: "work/", mode: 0o755, user: owner},
	}, r.at)
	if err != nil {
		return nil, err
	}
	l, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(layer.Bytes())), nil }, tarball.WithMediaType(types.OCILayer))
	if err != nil {
		return nil, err
	}
	img, err := mutate.Append(mutate.MediaType(mutate.ConfigMediaType(empty.Image, types.OCIConfigJSON), types.OCIManifestSchema1),
		mutate.Addendum{Layer: l, History: v1.History{CreatedBy: "cmd/release", Created: v1.Time{Time: r.at}}})
	if err != nil {
		return nil, err
	}
	file, err := img.ConfigFile()
	if err != nil {
		return nil, err
	}
	file = file.DeepCopy()
	file.OS, file.Architecture, file.Created = s.os, s.arch, v1.Time{Time: r.at}
	file.Config = v1.Config{
		Entrypoint: []string{"/usr/bin/tollgate"}, User: user, WorkingDir: "/work",
		Env: []string{"PATH=/usr/bin", "HOME=/work"},
		// Amazon ECS gives a task's volume the owner of the folder that it covers only where that is
		// one of the image's volumes (ECS developer guide, "Use bind mounts").
		Volumes: map[string]struct{}{"/tmp": {}, "/work": {}},
		Labels:  map[string]string{"org.opencontainers.image.title": "tollgate", "org.opencontainers.image.licenses": "MIT"},
	}
	return mutate.ConfigFile(img, file)
}

// authorities are Mozilla's, in PEM.
func authorities() []byte {
	var text bytes.Buffer
	for root := range bundle.Roots() {
		_ = pem.Encode(&text, &pem.Block{Type: "CERTIFICATE", Bytes: root.Certificate})
	}
	return text.Bytes()
}

// packFolder writes a folder as a tar file, in the order of its names.
func packFolder(name, dir string, r *release) error {
	var all []entry
	err := filepath.WalkDir(dir, func(file string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(file)
		within := strings.TrimPrefix(filepath.ToSlash(strings.TrimPrefix(file, dir)), "/")
		all = append(all, entry{name: within, mode: 0o644, data: data})
		return err
	})
	if err != nil {
		return err
	}
	var packed bytes.Buffer
	if err := writeTar(&packed, all, r.at); err != nil {
		return err
	}
	return os.WriteFile(name, packed.Bytes(), 0o644)
}
