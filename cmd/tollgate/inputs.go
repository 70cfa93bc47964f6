package main

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"maps"
	"os"
	"path/filepath"

	"tollgate/results"
	"tollgate/scenarios"
)

// standardInput is how a flag names it in place of a file.
const standardInput = "-"

// inputs lists the further files that a run reads: for the record, and so that a rerun
// with other files is noticed.
func (r *runFlags) inputs(s *scenarios.Scenario) ([]results.Input, error) {
	var all []results.Input
	if len(s.Files) > 0 {
		folder, err := filepath.Abs(s.Folder)
		if err != nil {
			return nil, err
		}
		for _, f := range s.Files {
			digest, err := f.Digest()
			if err != nil {
				return nil, err
			}
			in := results.Input{Role: results.InputFile, Folder: folder, Name: f.Name, Digest: digest}
			if filepath.IsAbs(f.Name) {
				in.Folder = ""
			}
			all = append(all, in)
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

// ciVariables are the variables of continuous integration that become tags.
// Sources: GitHub Actions, "Variables reference"; GitLab CI/CD, "Predefined
// CI/CD variables reference".
var ciVariables = []struct{ variable, tag string }{
	{"GITHUB_SHA", "commit"},
	{"GITHUB_REF_NAME", "branch"},
	{"GITHUB_RUN_ID", "ci_run"},
	{"GITHUB_REPOSITORY", "repository"},
	{"CI_COMMIT_SHA", "commit"},
	{"CI_COMMIT_REF_NAME", "branch"},
	{"CI_PIPELINE_ID", "ci_run"},
	{"CI_PROJECT_PATH", "repository"},
}

// tagsOf are the tags of a run: those of the environment, then those that are given.
func tagsOf(given []string, env func(string) string) (results.Tags, error) {
	tags := results.Tags{}
	for _, s := range ciVariables {
		if v := env(s.variable); v != "" && tags[s.tag] == "" {
			found := results.Tags{s.tag: v}
			if found.Check() == nil { // a branch may be called anything
				maps.Copy(tags, found)
			}
		}
	}
	for _, text := range given {
		key, value, err := results.ParseTag(text)
		if err != nil {
			return nil, err
		}
		tags[key] = value
	}
	return tags, tags.Check()
}
