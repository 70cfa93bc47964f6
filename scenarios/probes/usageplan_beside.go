package probes

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"tollgate/results"
)

// conclude sets the buckets of all keys side by side.
func (k *keyedPlans) conclude(h History, limits []ConfiguredLimit) results.Finding {
	f := results.Finding{Values: map[string]results.Value{}, Verdict: results.Valid}
	shared := k.sharings(h)
	table := results.Table{Title: "keys side by side", Columns: []string{"key", "rate", "burst", "refused by", "shares a bucket with"}}
	f.Tables = append(f.Tables, table)
	words := []string{fmt.Sprintf("%d keys were asked one after the other", len(k.keys))}
	found := make([]results.Finding, len(k.keys))
	for i, key := range k.keys {
		own := key.own(h)
		var layer string
		found[i], layer = key.plan.judge(own, limits)
		table.Rows = append(table.Rows, key.row(found[i], layer, k.partners(shared, i)))
		words = append(words, key.words(found[i], exhausted(own)))
		key.merge(&f, found[i])
	}
	f.Tables[0] = table
	k.tellSharing(shared, found, &f)
	f.Conclusion = strings.Join(words, "; ") + ". " + k.sharingText(shared, found)
	return f
}

// merge takes a key's finding into that of all, under the key's name.
func (key *keyPlan) merge(f *results.Finding, own results.Finding) {
	for name, v := range own.Values {
		f.Values[key.name+"."+name] = v
	}
	for _, c := range own.Checks {
		c.Claim = "key " + key.name + ": " + c.Claim
		f.Checks = append(f.Checks, c)
	}
	for _, t := range own.Tables {
		t.Title += ": " + key.name
		f.Tables = append(f.Tables, t)
	}
	for _, s := range own.Series {
		s.Name = key.name + ": " + s.Name
		f.Series = append(f.Series, s)
	}
	f.Verdict = worse(f.Verdict, own.Verdict)
	for _, r := range own.Reasons {
		f.Reasons = append(f.Reasons, "key "+key.name+": "+r)
	}
	for _, a := range own.Assumptions {
		if !slices.Contains(f.Assumptions, a) {
			f.Assumptions = append(f.Assumptions, a)
		}
	}
}

// words says what bucket a key has.
func (key *keyPlan) words(own results.Finding, exhausted bool) string {
	rate, limited := own.Values["rate"]
	switch {
	case exhausted:
		return fmt.Sprintf("%s has used up its quota", key.name)
	case !limited:
		return "of " + key.name + ": " + strings.TrimSuffix(own.Conclusion, ".")
	}
	return fmt.Sprintf("%s has %s with a burst of %.0f", key.name, boundsText(rate, "%.4g/s"), own.Values["burst"].Value)
}

func (key *keyPlan) row(own results.Finding, layer, partners string) []string {
	rate, limited := own.Values["rate"]
	if !limited {
		return []string{key.name, "–", "–", layer, partners}
	}
	return []string{key.name, boundsText(rate, "%.4g/s"), boundsText(own.Values["burst"], "%.0f"), layer, partners}
}

// boundsText is a value with its interval.
func boundsText(v results.Value, format string) string {
	text := fmt.Sprintf(format, v.Value)
	if v.Low == nil || v.High == nil {
		return text
	}
	number, _, _ := strings.Cut(format, "/")
	return text + fmt.Sprintf(" ("+number+" to "+number+")", *v.Low, *v.High)
}

// partners says which keys share a key's bucket.
func (k *keyedPlans) partners(s sharing, of int) string {
	var names, unclear []string
	for i, key := range k.keys {
		switch evidence := s[of][i]; {
		case i == of:
		case evidence > sure:
			names = append(names, key.name)
		case evidence > -sure:
			unclear = append(unclear, key.name+"?")
		}
	}
	if names = append(names, unclear...); len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}

// tellSharing adds how many buckets there are, as far as that is decided.
func (k *keyedPlans) tellSharing(s sharing, found []results.Finding, f *results.Finding) {
	pairs, unclear := 0, 0
	for i := range s {
		for j := range i {
			switch {
			case s[i][j] > sure:
				pairs++
			case s[i][j] > -sure:
				unclear++
			}
		}
	}
	f.Values["keys"] = results.Exactly(float64(len(k.keys)), "count", "keys that were asked")
	f.Values["pairs_that_share_a_bucket"] = results.Exactly(float64(pairs), "count", "pairs of keys of which one was refused while the other's bucket was kept empty; at least twenty times likelier than not")
	f.Values["pairs_undecided"] = results.Exactly(float64(unclear), "count", "pairs of keys of which too little was seen")
	if pairs > 0 {
		f.Assumptions = append(f.Assumptions, "API Gateway throttles each key of a usage plan by itself: what keys share is a limit of the stage, the method, the account or the function, or they are one key")
	}
}

// sharingText says whether keys share buckets, and what that means.
func (k *keyedPlans) sharingText(s sharing, found []results.Finding) string {
	groups := s.groups()
	for _, group := range groups {
		if len(group) == len(k.keys) {
			return "All of them draw on one bucket: it is no limit of a key's own, but one of the stage, the method, the account or the function."
		}
	}
	if len(groups) > 0 {
		var texts []string
		for _, group := range groups {
			texts = append(texts, k.names(group)+" draw on one bucket, which is no limit of a key's own")
		}
		return strings.Join(texts, "; ") + "."
	}
	if !slices.ContainsFunc(found, func(f results.Finding) bool { _, limited := f.Values["rate"]; return limited }) {
		return "Where there is no limit there is none to share."
	}
	if k.undecided(s) {
		return "Whether all of them have buckets of their own is not decided: too little was refused or looked at."
	}
	text := "No two of them share a bucket: each key is throttled by itself."
	if alike := alikeBuckets(found); len(alike) > 1 && len(alike) < len(k.keys) {
		text += fmt.Sprintf(" The buckets of %s are alike, as those of keys in one usage plan are.", k.names(alike))
	}
	return text
}

func (k *keyedPlans) undecided(s sharing) bool {
	for i := range s {
		for j := range i {
			if math.Abs(s[i][j]) <= sure {
				return true
			}
		}
	}
	return false
}

func (k *keyedPlans) names(of []int) string {
	var names []string
	for _, i := range of {
		names = append(names, k.keys[i].name)
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last]
}

// alikeBuckets are the first keys whose buckets are alike: their intervals meet,
// give or take what best-effort enforcement may do.
func alikeBuckets(found []results.Finding) (alike []int) {
	meet := func(a, b results.Finding, name string, slack float64) bool {
		x, y := a.Values[name], b.Values[name]
		if x.Low == nil || y.Low == nil {
			return false
		}
		slack *= max(x.Value, y.Value)
		return *x.Low-slack <= *y.High && *y.Low-slack <= *x.High
	}
	for i := range found {
		alike = []int{i}
		for j := i + 1; j < len(found); j++ {
			if meet(found[i], found[j], "rate", 0.01) && meet(found[i], found[j], "burst", 0.02) {
				alike = append(alike, j)
			}
		}
		if len(alike) > 1 {
			return alike
		}
	}
	return nil
}
