package compare

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"tollgate/pricing"
	"tollgate/results"
)

// Files that a scenario refers to (data, bodies, arrivals to replay) are no part of its bytes,
// and other rows may be other work for a target. A run records their digests.

// digestsOf are the digests of a run's files by their names, where they are known.
func digestsOf(d *results.Document) map[string]string {
	digests := map[string]string{}
	for _, in := range d.Inputs {
		if in.Role == results.InputFile && in.Digest != "" {
			digests[in.Name] = in.Digest
		}
	}
	return digests
}

// filesOf names the files with their digests.
func filesOf(d *results.Document) (files []string) {
	digests := digestsOf(d)
	for _, name := range slices.Sorted(maps.Keys(digests)) {
		files = append(files, name+" "+digests[name])
	}
	return files
}

// runFiles caution that a file had other contents in each of two runs.
func runFiles(base, head *results.Document) []string {
	before, after := digestsOf(base), digestsOf(head)
	var changed []string
	for _, name := range slices.Sorted(maps.Keys(before)) {
		if is, known := after[name]; known && is != before[name] {
			changed = append(changed, name)
		}
	}
	if changed == nil {
		return nil
	}
	return []string{fmt.Sprintf("the runs read different contents of %s: the data may cause a difference", strings.Join(changed, ", "))}
}

// baselineFiles caution that baseline runs read other contents of files than a run.
func baselineFiles(run *RunValues, baseline []RunValues) []string {
	other := 0
	for _, n := range baseline {
		if len(n.Files) > 0 && len(run.Files) > 0 && !slices.Equal(n.Files, run.Files) {
			other++
		}
	}
	if other == 0 {
		return nil
	}
	return []string{fmt.Sprintf("%s read other files, or other contents, than this run: the data may cause a difference", pricing.Counted(other, "baseline run"))}
}
