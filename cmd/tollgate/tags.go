package main

import (
	"maps"

	"tollgate/results"
)

// surroundings are what continuous integration tells a process of where it
// runs, and the tags that it becomes.
// Sources: GitHub Actions, "Variables reference"; GitLab CI/CD, "Predefined
// CI/CD variables reference".
var surroundings = []struct{ variable, tag string }{
	{"GITHUB_SHA", "commit"},
	{"GITHUB_REF_NAME", "branch"},
	{"GITHUB_RUN_ID", "ci_run"},
	{"GITHUB_REPOSITORY", "repository"},
	{"CI_COMMIT_SHA", "commit"},
	{"CI_COMMIT_REF_NAME", "branch"},
	{"CI_PIPELINE_ID", "ci_run"},
	{"CI_PROJECT_PATH", "repository"},
}

// tagsOf are the tags of a run: those of the environment, and those that are
// given, which have the last word.
func tagsOf(given []string, env func(string) string) (results.Tags, error) {
	tags := results.Tags{}
	for _, s := range surroundings {
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
