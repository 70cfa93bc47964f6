package usageplan

import (
	"fmt"
	"slices"
	"strings"

	"tollgate/results"
	"tollgate/scenarios/probes/probe"
)

func (k *keys) conclude(h probe.History, limits []probe.ConfiguredLimit) results.Finding {
	f := results.Finding{Values: map[string]results.Value{}, Verdict: results.Valid}
	shared := k.sharing(h)
	table := results.Table{Title: "keys side by side", Columns: []string{"key", "rate", "burst", "throttled by", "shares a bucket with"}}
	f.Tables = []results.Table{{}} // the table's place: those of the keys follow
	text := []string{fmt.Sprintf("%d keys were measured one after the other", len(k.all))}
	found := make([]results.Finding, len(k.all))
	for i, one := range k.all {
		own := one.own(h)
		var enforcer string
		found[i], enforcer = one.question.conclude(own, limits)
		rate, burst := "–", "–"
		if v, limited := found[i].Values["rate"]; limited {
			rate, burst = valueText(v, "%.4g", "/s"), valueText(found[i].Values["burst"], "%.0f", "")
		}
		table.Rows = append(table.Rows, []string{one.name, rate, burst, enforcer, k.partners(shared, i)})
		text = append(text, one.text(found[i], quotaExhausted(own)))
		one.merge(&f, found[i])
	}
	f.Tables[0] = table
	k.addSharing(shared, &f)
	f.Conclusion = strings.Join(text, "; ") + ". " + k.sharingText(shared, found)
	return f
}

func (one *key) merge(f *results.Finding, own results.Finding) {
	for name, v := range own.Values {
		f.Values[one.name+"."+name] = v
	}
	for _, c := range own.Checks {
		c.Claim = "key " + one.name + ": " + c.Claim
		f.Checks = append(f.Checks, c)
	}
	for _, t := range own.Tables {
		t.Title += ": " + one.name
		f.Tables = append(f.Tables, t)
	}
	for _, s := range own.Series {
		s.Name = one.name + ": " + s.Name
		f.Series = append(f.Series, s)
	}
	f.Verdict = probe.Worse(f.Verdict, own.Verdict)
	for _, r := range own.Reasons {
		f.Reasons = append(f.Reasons, "key "+one.name+": "+r)
	}
	for _, a := range own.Assumptions {
		if !slices.Contains(f.Assumptions, a) {
			f.Assumptions = append(f.Assumptions, a)
		}
	}
}

func (one *key) text(own results.Finding, exhausted bool) string {
	rate, limited := own.Values["rate"]
	switch {
	case exhausted:
		return fmt.Sprintf("%s has used up its quota", one.name)
	case !limited:
		return "of " + one.name + ": " + strings.TrimSuffix(own.Conclusion, ".")
	}
	return fmt.Sprintf("%s has %s with a burst of %.0f", one.name, valueText(rate, "%.4g", "/s"), own.Values["burst"].Value)
}

func valueText(v results.Value, format, unit string) string {
	text := fmt.Sprintf(format, v.Value) + unit
	if v.Low == nil || v.High == nil {
		return text
	}
	return text + fmt.Sprintf(" ("+format+" to "+format+")", *v.Low, *v.High)
}

// partners lists the keys that share a key's bucket, the undecided ones with a
// question mark.
func (k *keys) partners(s sharing, of int) string {
	var names, undecided []string
	for i, one := range k.all {
		switch evidence := s[of][i]; {
		case i == of:
		case evidence > sure:
			names = append(names, one.name)
		case evidence > -sure:
			undecided = append(undecided, one.name+"?")
		}
	}
	if names = append(names, undecided...); len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}

func (k *keys) addSharing(s sharing, f *results.Finding) {
	pairs, undecided := s.pairs()
	f.Values["keys"] = results.Exactly(float64(len(k.all)), "count", "keys that were measured")
	f.Values["pairs_that_share_a_bucket"] = results.Exactly(float64(pairs), "count", "pairs of keys of which one was throttled while the other's bucket was kept empty; at least twenty times likelier than not")
	f.Values["pairs_undecided"] = results.Exactly(float64(undecided), "count", "pairs of keys with too few requests to decide")
	if pairs > 0 {
		f.Assumptions = append(f.Assumptions, "API Gateway throttles each key of a usage plan on its own: what keys share is a limit of the stage, the method, the account or the function, or they are one key")
	}
}

func (k *keys) sharingText(s sharing, found []results.Finding) string {
	groups := s.groups()
	var texts []string
	for _, group := range groups {
		if len(group) == len(k.all) {
			return "All of them draw on one bucket, so the limit is not a key's own, but one of the stage, the method, the account or the function."
		}
		texts = append(texts, k.names(group)+" draw on one bucket, which is not a key's own limit")
	}
	if len(groups) > 0 {
		return strings.Join(texts, "; ") + "."
	}
	if !slices.ContainsFunc(found, func(f results.Finding) bool { _, limited := f.Values["rate"]; return limited }) {
		return "There is no limit to share."
	}
	if _, undecided := s.pairs(); undecided > 0 {
		return "Whether all of them have buckets of their own is undecided: too few requests were throttled."
	}
	text := "No two of them share a bucket: each key is throttled on its own."
	if same := alike(found); len(same) > 1 && len(same) < len(k.all) {
		text += fmt.Sprintf(" The buckets of %s are alike, like those of keys in one usage plan.", k.names(same))
	}
	return text
}

func (k *keys) names(of []int) string {
	var names []string
	for _, i := range of {
		names = append(names, k.all[i].name)
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last]
}

// alike are the first keys whose buckets may be the same: their intervals overlap,
// give or take what imperfect enforcement may do.
func alike(found []results.Finding) (same []int) {
	overlap := func(a, b results.Finding, name string, slack float64) bool {
		x, y := a.Values[name], b.Values[name]
		if x.Low == nil || y.Low == nil {
			return false
		}
		slack *= max(x.Value, y.Value)
		return *x.Low-slack <= *y.High && *y.Low-slack <= *x.High
	}
	for i := range found {
		same = []int{i}
		for j := i + 1; j < len(found); j++ {
			if overlap(found[i], found[j], "rate", 0.01) && overlap(found[i], found[j], "burst", 0.02) {
				same = append(same, j)
			}
		}
		if len(same) > 1 {
			return same
		}
	}
	return nil
}
