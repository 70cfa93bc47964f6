package statement

import (
	"io"
	"slices"
	"strings"

	"tollgate/pricing"
)

// reach prints how far front doors with limits serve.
func reach(w io.Writer, c *pricing.Comparison) {
	t := table{right: map[int]bool{1: true}}
	for i, r := range c.Reach {
		if i > 0 && c.Reach[i-1].Variable == r.Variable {
			continue
		}
		t.add("  " + r.Unit + ":")
		same := slices.DeleteFunc(slices.Clone(c.Reach), func(o pricing.Reach) bool { return o.Variable != r.Variable })
		slices.SortStableFunc(same, func(a, b pricing.Reach) int { return a.At.Cmp(b.At) })
		for len(same) > 0 {
			n := 1
			for n < len(same) && same[n].At.Cmp(same[0].At) == 0 {
				n++
			}
			t.add("    ", atText(same[0].At), names(same[:n]))
			same = same[n:]
		}
		if served := doorsWithout(c, r.Variable); len(served) == 0 {
			t.add("    above that, no front door serves this workload")
		}
	}
	if len(t.rows) > 0 {
		io.WriteString(w, "\nlimits of front doors for this workload\n")
		_ = t.write(w)
	}
}

func names(all []pricing.Reach) string {
	var names []string
	for _, r := range all {
		names = append(names, r.Door)
	}
	return strings.Join(names, ", ")
}

// doorsWithout are the ranked doors that have no limit of a variable.
func doorsWithout(c *pricing.Comparison, variable string) (all []string) {
	for _, d := range c.Doors {
		if !slices.ContainsFunc(c.Reach, func(r pricing.Reach) bool { return r.Variable == variable && r.Door == d.Name }) {
			all = append(all, d.Name)
		}
	}
	return all
}
