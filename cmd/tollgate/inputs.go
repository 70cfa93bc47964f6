package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/targets/lab"
)

// standardInput is how a flag names it in place of a file.
const standardInput = "-"

// inputs lists what a run reads beside its scenario: for the record, and so that
// the run can be repeated.
func (r *running) inputs(s *scenarios.Scenario) ([]results.Input, error) {
	var all []results.Input
	if len(s.Files) > 0 {
		folder, err := filepath.Abs(s.Folder)
		if err != nil {
			return nil, err
		}
		for _, f := range s.Files {
			all = append(all, results.Input{Role: results.InputFile, Folder: folder, Name: f.Name, Digest: f.Digest})
		}
	}
	named := map[results.Role][]string{results.InputPrices: r.files}
	if r.lab != "" {
		named[results.InputLab] = []string{r.lab}
	}
	for _, role := range []results.Role{results.InputLab, results.InputPrices} {
		for _, name := range named[role] {
			in, err := inputOf(role, name)
			if err != nil {
				return nil, err
			}
			all = append(all, in)
		}
	}
	return all, nil
}

// inputOf is a file as it is now. What came by standard input is gone.
func inputOf(role results.Role, name string) (results.Input, error) {
	if name == standardInput {
		return results.Input{Role: role, Name: name}, nil
	}
	path, err := filepath.Abs(name)
	if err != nil {
		return results.Input{}, err
	}
	digest, err := digestOf(path)
	return results.Input{Role: role, Folder: filepath.Dir(path), Name: filepath.Base(path), Digest: digest}, err
}

func digestOf(name string) (string, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	sum := sha256.New()
	_, err = io.Copy(sum, f)
	return hex.EncodeToString(sum.Sum(nil)), err
}

// unchanged says why a run cannot be repeated with a file that it read.
func unchanged(in results.Input) error {
	if in.Folder == "" {
		return fmt.Errorf("its %s file came by standard input and was not kept", in.Role)
	}
	digest, err := digestOf(in.Path())
	if err == nil && digest != in.Digest {
		err = fmt.Errorf("%s was changed since", in.Path())
	}
	return err
}

// recordedLab is the lab file that a run keeps of its lab, where the one that it
// read is no longer what it was. It is without secrets, and so of no use where
// there were any.
func recordedLab(dir string, why error) (string, error) {
	name := filepath.Join(dir, results.FileLab)
	data, err := readLimited(name)
	if err != nil {
		return "", errors.Join(why, err)
	}
	config, err := lab.ParseConfig(name, data)
	if err != nil {
		return "", errors.Join(why, err)
	}
	if places := config.Masked(); len(places) > 0 {
		return "", fmt.Errorf("%w, and %s is without the secrets at %s", why, name, strings.Join(places, ", "))
	}
	return name, nil
}

// repeat sets the flags as they were for a recorded run, and returns its
// scenario, of which the load is repeated. It is the recorded copy that runs,
// whatever became of the file; the files that it read besides must be as they
// were.
func (r *running) repeat(run *results.Run) (*scenarios.Scenario, error) {
	d := &run.Document
	folder := run.Dir
	var errs []error
	for _, in := range d.Inputs {
		changed := unchanged(in)
		switch in.Role {
		case results.InputFile:
			folder = in.Folder
		case results.InputLab:
			r.lab = in.Path()
			if changed != nil {
				r.lab, changed = recordedLab(run.Dir, changed)
			}
		case results.InputPrices:
			r.files = append(slices.Clone(r.files), in.Path())
		default:
			changed = fmt.Errorf("it read %s, and this program does not know what for (%q): it was recorded by a newer one", in.Path(), in.Role)
		}
		errs = append(errs, changed)
	}
	for key, value := range d.Tags {
		r.tags = append(r.tags, key+"="+value)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	s, err := scenarios.ParseWithin(folder, filepath.Join(run.Dir, results.FileScenario), run.Scenario, os.LookupEnv)
	if err != nil {
		return nil, err
	}
	if len(s.Stages) > 0 {
		s.Probes = nil // they use up time and quotas, and judge themselves
	}
	s.Seed = d.Seed
	if engines[d.Engine.Name] {
		s.Engine.Use = d.Engine.Name
	}
	var names []string
	for _, t := range d.Targets {
		names = append(names, t.Name)
	}
	return s, choose(s, names)
}
