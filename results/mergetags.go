package results

import (
	"fmt"
	"maps"
	"slices"
)

// mergeTags keeps the tags that all runs have with the same value, since a tag
// is said of the whole of a run. A tag that only some have, or in which they
// differ, such as the number of a shard, is left out with a warning that names
// it; the runs that were merged still have it. To join differing values to one
// would make a value that no filter finds, and to keep the first would hang on
// the order of merging.
func mergeTags(runs []*Run) (kept Tags, warnings []string) {
	kept = maps.Clone(runs[0].Document.Tags)
	all := map[string]bool{}
	for _, r := range runs {
		tags := r.Document.Tags
		for key := range tags {
			all[key] = true
		}
		maps.DeleteFunc(kept, func(key, value string) bool { return tags[key] != value })
	}
	for _, key := range slices.Sorted(maps.Keys(all)) {
		if _, ok := kept[key]; !ok {
			warnings = append(warnings, fmt.Sprintf("tag %s is left out: the runs that were merged do not all have the same", key))
		}
	}
	if len(kept) == 0 {
		kept = nil
	}
	return kept, warnings
}
