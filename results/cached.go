package results

import (
	"fmt"
	"strings"

	"tollgate/pricing"
	"tollgate/targets"
)

// cacheCounts count responses by what they say of a cache in front of the target.
type cacheCounts [targets.NumCacheAnswers]int64

func (c *cacheCounts) add(o *cacheCounts) {
	for a, n := range o {
		c[a] += n
	}
}

// byName are the counts of what responses said, nil where none said anything.
func (c *cacheCounts) byName() (counts map[string]int64) {
	for a, n := range c {
		if n == 0 || targets.CacheAnswer(a) == targets.CacheUnsaid {
			continue
		}
		if counts == nil {
			counts = map[string]int64{}
		}
		counts[targets.CacheAnswer(a).String()] = n
	}
	return counts
}

// list spells the counts as a column of seconds.csv has them.
func (c *cacheCounts) list() string {
	return list(c.byName(), func(name string) string { return name }, strings.Compare)
}

// count adds what list spelt; false: there is no such answer.
func (c *cacheCounts) count(name string, n int64) bool {
	a, known := targets.CacheAnswerNamed(name)
	if !known || a == targets.CacheUnsaid {
		return false
	}
	c[a] += n
	return true
}

// said counts the responses that said what the cache did, and of these, those whose requests
// reached what is behind it.
func (c *cacheCounts) said() (all, passedOn int64) {
	for a, n := range c {
		if a := targets.CacheAnswer(a); a == targets.CacheUnsaid || a == targets.CacheUnknown {
			continue
		}
		all += n
		if targets.CacheAnswer(a).PassedOn() {
			passedOn += n
		}
	}
	return all, passedOn
}

// HitRatio is the share of hits among the responses to GET and HEAD that are no errors, as
// CloudWatch's CacheHitRate has it (CloudFront developer guide, "Types of metrics for
// CloudFront": POST, PUT and errors are left out);
// false: there is none.
func (f *Figures) HitRatio() (share float64, of int64, known bool) {
	hits := f.Cache[targets.CacheHit.String()]
	of = hits + f.Cache[targets.CacheMiss.String()] + f.Cache[targets.CacheRefresh.String()]
	return float64(hits) / float64(max(of, 1)), of, of > 0
}

// HiddenBlocks are the requests of those that AWS WAF blocked in front of a distribution whose
// responses did not say that the distribution refused them: their pages were customised. They
// are among the errors.
func HiddenBlocks(blocked, refused, errors int64) int64 { return min(max(0, blocked-refused), errors) }

// CacheText says in words what a cache in front of a target did; "": responses say nothing.
// So many of the errors were blocked before the cache, as CloudWatch counts them.
func (f *Figures) CacheText(blocked int64) string {
	var counts cacheCounts
	for name, n := range f.Cache {
		counts.count(name, n)
	}
	all, passed := counts.said()
	unknown := counts[targets.CacheUnknown]
	if all == 0 && unknown > 0 {
		return fmt.Sprintf("none of %s says what the cache did", pricing.Counted(unknown, "response"))
	}
	if all == 0 {
		return ""
	}
	own, hidden := min(blocked, counts[targets.CacheRefused]), HiddenBlocks(blocked, counts[targets.CacheRefused], counts[targets.CacheError])
	counts[targets.CacheRefused] -= own
	counts[targets.CacheError] -= hidden
	text := fmt.Sprintf("%s of %s reached the origin", pricing.Count(passed-hidden), pricing.Counted(all, "request"))
	if share, of, known := f.HitRatio(); known {
		text += fmt.Sprintf("; of %s to GET and HEAD without errors %.1f%% were hits", pricing.Counted(of, "response"), 100*share)
	}
	for _, a := range []struct {
		of   targets.CacheAnswer
		what string
	}{{targets.CachePassed, "were of methods that are not kept"}, {targets.CacheRefresh, "were confirmed by the origin"}, {targets.CacheEdge, "were answered by the edge itself"}, {targets.CacheRefused, "were refused by the distribution itself"}, {targets.CacheKeptError, "were errors from the cache"}, {targets.CacheError, "were errors, which are taken to be the origin's"}, {targets.CacheUnknown, "do not say what the cache did, or contradict themselves"}} {
		if n := counts[a.of]; n > 0 {
			text += fmt.Sprintf("; %s %s", pricing.Count(n), a.what)
		}
	}
	if own+hidden > 0 {
		text += fmt.Sprintf("; %s were blocked by AWS WAF", pricing.Count(own+hidden))
	}
	return text
}
