package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"debug/buildinfo"
	"debug/elf"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"
)

// The release that is looked at. make release-check builds one.
var (
	dist = flag.String("dist", "", "folder of a release")
	tag  = flag.String("tag", "", "its version")
	only = flag.String("systems", "", "its systems, if it has not all")
)

// released are the systems that it is for.
func released(t *testing.T) []system {
	t.Helper()
	all, err := choose(*only)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestMain(m *testing.M) {
	flag.Parse()
	if *dist == "" || *tag == "" {
		fmt.Fprintln(os.Stderr, "these tests look into a release: run make release-check")
		os.Exit(2)
	}
	os.Exit(m.Run())
}

// A packed file is one of an archive.
type packed struct {
	mode  os.FileMode
	owner int
	data  []byte
}

func archiveOf(t *testing.T, s system) map[string]packed {
	t.Helper()
	name := filepath.Join(*dist, "tollgate_"+s.os+"_"+s.arch)
	if s.os != "windows" {
		data, err := os.ReadFile(name + ".tar.gz")
		if err != nil {
			t.Fatal(err)
		}
		z, err := gzip.NewReader(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		return untar(t, z)
	}
	r, err := zip.OpenReader(name + ".zip")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	all := map[string]packed{}
	for _, f := range r.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		all[f.Name] = packed{mode: f.Mode(), data: data}
	}
	return all
}

// untar reads the files and folders of a tar archive.
func untar(t *testing.T, r io.Reader) map[string]packed {
	t.Helper()
	all := map[string]packed{}
	in := tar.NewReader(r)
	for {
		h, err := in.Next()
		if err == io.EOF {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		all[h.Name] = packed{h.FileInfo().Mode(), h.Uid, data}
	}
}

// built is what a program says of how it was built.
func built(t *testing.T, program []byte) (info *debug.BuildInfo, settings map[string]string) {
	t.Helper()
	info, err := buildinfo.Read(bytes.NewReader(program))
	if err != nil {
		t.Fatal(err)
	}
	settings = map[string]string{}
	for _, s := range info.Settings {
		settings[s.Key] = s.Value
	}
	return info, settings
}

func TestProgramsAreOfTheirSystemAndVersion(t *testing.T) {
	for _, s := range released(t) {
		program := archiveOf(t, s)[s.program()]
		info, settings := built(t, program.data)
		if info.Main.Version != *tag || settings["GOOS"] != s.os || settings["GOARCH"] != s.arch || settings["CGO_ENABLED"] != "0" || settings["-trimpath"] != "true" || settings["vcs.modified"] != "false" {
			t.Errorf("%v: version %s, built with %v", s, info.Main.Version, settings)
		}
		if program.mode.Perm() != 0o755 || program.owner != 0 {
			t.Errorf("%v: mode %v, owner %d", s, program.mode, program.owner)
		}
		home, err := os.UserHomeDir()
		if err != nil {
			t.Fatal(err)
		}
		for _, trace := range []string{os.TempDir() + "/tmp.", home + "/", "tollgate-release-"} {
			if bytes.Contains(program.data, []byte(trace)) {
				t.Errorf("%v: the program has a path of the machine that built it: %s", s, trace)
			}
		}
		// The engine wire is for Linux: programs for other systems say so, and have what sends
		// the load there.
		excuse := []byte("it waits for its sockets with epoll, which only Linux has")
		if has := bytes.Contains(program.data, excuse); has != (s.os != "linux") {
			t.Errorf("%v: that it has no engine wire is in it: %v", s, has)
		}
		if !bytes.Contains(program.data, []byte("tollgate/scenarios/load/nethttp")) {
			t.Errorf("%v: the engine vegeta is not in it", s)
		}
	}
}

func TestProgramsForLinuxAreStaticAndStripped(t *testing.T) {
	for _, s := range released(t) {
		if s.os != "linux" {
			continue
		}
		f, err := elf.NewFile(bytes.NewReader(archiveOf(t, s)[s.program()].data))
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range f.Progs {
			if p.Type == elf.PT_INTERP || p.Type == elf.PT_DYNAMIC {
				t.Errorf("%v: it is linked dynamically", s)
			}
		}
		for _, section := range []string{".symtab", ".debug_info", ".zdebug_info"} {
			if f.Section(section) != nil {
				t.Errorf("%v: it has the section %s", s, section)
			}
		}
	}
}

func TestArchivesHaveTheirDocuments(t *testing.T) {
	for _, s := range released(t) {
		all := archiveOf(t, s)
		for name, text := range map[string]string{
			"LICENSE": "MIT", "README.md": "# Tollgate", "CHANGELOG.md": "# Changelog", "help/scenarios.md": "# Scenarios",
			"man/man1/tollgate-run.1": ".TH TOLLGATE", "completions/tollgate.bash": "bash completion", "completions/_tollgate": "#compdef tollgate",
			"completions/tollgate.fish": "fish completion", "completions/tollgate.ps1": "Register-ArgumentCompleter",
		} {
			if !bytes.Contains(all[name].data, []byte(text)) {
				t.Errorf("%v: %s is %.40q", s, name, all[name].data)
			}
		}
		for name := range all {
			if path.IsAbs(name) || strings.Contains(name, "..") || strings.Contains(name, `\`) {
				t.Errorf("%v: a file is called %s", s, name)
			}
		}
	}
}

// A bill of materials has the modules that the program says that it is made of, and is
// valid by the schema of CycloneDX.
func TestBillsOfMaterials(t *testing.T) {
	args := []string{"validate.mjs"}
	for _, s := range released(t) {
		name := filepath.Join(*dist, "tollgate_"+s.os+"_"+s.arch+".cdx.json")
		args = append(args, name)
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var bom struct {
			BOMFormat string
			Metadata  struct {
				Timestamp string
				Component struct{ Name, Version string }
			}
			Components []struct {
				Name, Version, PURL string
				Hashes              []struct{ Alg, Content string }
			}
		}
		if err := json.Unmarshal(data, &bom); err != nil {
			t.Fatal(err)
		}
		info, _ := built(t, archiveOf(t, s)[s.program()].data)
		listed := map[string]bool{}
		for _, c := range bom.Components {
			listed[c.Name+" "+c.Version] = true
			if c.PURL == "" || c.Name != "std" && len(c.Hashes) == 0 {
				t.Errorf("%v: %s has no address or no checksum", s, c.Name)
			}
		}
		for _, m := range info.Deps {
			if !listed[m.Path+" "+m.Version] {
				t.Errorf("%v: %s %s is missing", s, m.Path, m.Version)
			}
		}
		if len(info.Deps) < 10 || len(bom.Components) != len(info.Deps)+1 || bom.Metadata.Component.Version != *tag {
			t.Errorf("%v: %d components of %d modules, %+v", s, len(bom.Components), len(info.Deps), bom.Metadata)
		}
	}
	c := exec.Command("node", args...)
	c.Dir = filepath.Join("testdata", "cyclonedx")
	if out, err := c.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// The reference stack's function is for Lambda: an executable called bootstrap.
func TestFunctionsOfTheStack(t *testing.T) {
	for architecture, machine := range map[string]elf.Machine{"arm64": elf.EM_AARCH64, "x86_64": elf.EM_X86_64} {
		r, err := zip.OpenReader(filepath.Join(*dist, "tollgate-function-"+architecture+".zip"))
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		if len(r.File) != 1 || r.File[0].Name != "bootstrap" || r.File[0].Mode().Perm() != 0o755 {
			t.Fatalf("%s: it has %d files, the first %s", architecture, len(r.File), r.File[0].Name)
		}
		in, err := r.File[0].Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		if f, err := elf.NewFile(bytes.NewReader(data)); err != nil || f.Machine != machine {
			t.Errorf("%s: it is for %v, %v", architecture, f.Machine, err)
		}
	}
}
