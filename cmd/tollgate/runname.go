package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tollgate/pricing"
	"tollgate/pricing/document"
	"tollgate/results"
)

// runsFolder is where runs are, unless a flag says otherwise: where the environment has
// tollgate run write them.
func runsFolder() string {
	return cmp.Or(os.Getenv(envPrefix+"OUT"), filepath.Join("results", "runs"))
}

// namesHelp says how a run is named.
const namesHelp = `
RUN is a run directory, or its name: latest, latest~1 (the one before), and the start of
a run's name or of its id (its last six characters). Names are looked up in results/runs
(or TOLLGATE_OUT), unless they stand behind another folder: elsewhere/latest.
`

// startForm matches the second in which a run started, at the start of its name.
var startForm = regexp.MustCompile(`^[0-9]{8}T[0-9]{6}Z`)

var latestForm = regexp.MustCompile(`^latest(?:~([0-9]{1,9}))?$`)

// runNamed finds the directory of a run: by its path, or in the folder (or the one
// before the name) by latest, latest~N, or the start of its name or id. What exists
// under the very name is taken as it is, whatever it is.
func runNamed(folder, name string) (string, error) {
	if exists(name) || document.IsStdin(name) {
		return filepath.Clean(name), nil
	}
	word := name
	if base := filepath.Base(name); base != name {
		folder, word = filepath.Dir(name), base
	}
	if dir := filepath.Join(folder, word); exists(dir) {
		return dir, nil
	}
	all := runsIn(folder)
	if m := latestForm.FindStringSubmatch(word); m != nil {
		back, _ := strconv.Atoi("0" + m[1]) // digits, or nothing
		if back >= len(all) {
			return "", fmt.Errorf("%s: there are only %d runs in %s", name, len(all), folder)
		}
		return filepath.Join(folder, all[back]), nil
	}
	found := slices.DeleteFunc(slices.Clone(all), func(run string) bool {
		id := run[strings.LastIndex(run, "-")+1:]
		return !strings.HasPrefix(run, word) && !strings.HasPrefix(id, word)
	})
	switch len(found) {
	case 1:
		return filepath.Join(folder, found[0]), nil
	case 0:
		return "", fmt.Errorf("%s is not a run directory, and none of the %s in %s has a name or id that begins so%s", name, pricing.Counted(len(all), "run"), folder, document.DidYouMean(word, append(all, "latest")))
	}
	return "", fmt.Errorf("%q is the start of the names of %d runs in %s: write more of it, or latest: %s", name, len(found), folder, some(found))
}

// runsNamed finds several runs.
func runsNamed(folder string, names []string) (dirs []string, err error) {
	for _, name := range names {
		dir, err := runNamed(folder, name)
		if err != nil {
			return nil, err
		}
		dirs = append(dirs, dir)
	}
	return dirs, nil
}

// runsIn are the names of the run directories in a folder, the newest first. A name
// begins with the second in which its run started; the documents of runs that share one,
// or that were renamed, say which came later. A run that was made of several comes right
// before the last of them, so that "latest" is all of a run that was continued.
func runsIn(folder string) (names []string) {
	entries, _ := os.ReadDir(folder) // without one there are no runs
	for _, e := range entries {
		if e.IsDir() && results.IsRun(filepath.Join(folder, e.Name())) {
			names = append(names, e.Name())
		}
	}
	second := func(name string) string {
		at := startForm.FindString(name)
		if at == "" {
			at = started(filepath.Join(folder, name)).UTC().Format("20060102T150405Z") // it was renamed
		}
		return max(at, lastPart(folder, name))
	}
	slices.SortFunc(names, func(a, b string) int {
		if c := strings.Compare(second(b), second(a)); c != 0 {
			return c
		}
		if c := strings.Compare(lastPart(folder, b), lastPart(folder, a)); c != 0 {
			return c
		}
		if c := started(filepath.Join(folder, b)).Compare(started(filepath.Join(folder, a))); c != 0 {
			return c
		}
		return strings.Compare(b, a)
	})
	return names
}

// lastPart is the second in which the last part of a run began that was made of several;
// "" of others. Only the names of the former say that they were, so that the rest are not
// read.
func lastPart(folder, name string) (second string) {
	if !strings.Contains(name, "-merged-") {
		return ""
	}
	for _, id := range headOf(filepath.Join(folder, name)).Merged {
		second = max(second, startForm.FindString(id))
	}
	return second
}

// started is when a run began; the zero time if its document does not say.
func started(dir string) time.Time { return headOf(dir).Started }

// A head is what run.json says of a run, read without the rest of its directory.
type head struct {
	Started time.Time `json:"started"`
	Digest  string    `json:"scenario_sha256"`
	Merged  []string  `json:"merged"`
}

// headOf is zero if the document cannot be read.
func headOf(dir string) (h head) {
	data, err := document.ReadFile(filepath.Join(dir, results.FileRun), nil, document.Large.Bytes)
	if err != nil || json.Unmarshal(data, &h) != nil {
		return head{}
	}
	return h
}

// runArgs checks the number of arguments of a verb that takes runs. Of too many runs, as
// the pattern of a shell makes them, it says which is the newest and what to write.
func runArgs(least, most int) cobra.PositionalArgs {
	return func(c *cobra.Command, given []string) error {
		if len(given) <= most || slices.ContainsFunc(given, func(name string) bool { return !results.IsRun(name) }) {
			return args(least, most)(c, given)
		}
		takes := "one run"
		if most > 1 {
			takes = fmt.Sprintf("at most %d runs", most)
		}
		newest := slices.MaxFunc(given, func(a, b string) int { return strings.Compare(filepath.Base(a), filepath.Base(b)) })
		if all := runsIn(runsFolder()); len(all) > 0 && filepath.Clean(newest) == filepath.Join(runsFolder(), all[0]) {
			newest = "latest"
		}
		return usage(fmt.Errorf("%s takes %s, and %d were given (%s), perhaps by a pattern; for the newest of them write: %s %s",
			c.CommandPath(), takes, len(given), some(given), c.CommandPath(), newest))
	}
}
