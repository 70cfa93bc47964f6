package main

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"path/filepath"

	"tollgate/results"
	"tollgate/scenarios"
)

// standardInput is how a flag names it in place of a file.
const standardInput = "-"

// inputs lists what a run reads beside its scenario: for the record, and so that
// a rerun with other files is noticed.
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
