package bisect

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"tollgate/results/compare"
	"tollgate/targets/jsonschema"
)

// named are the commits of a repository.
func named(n int) (all []Commit) {
	for i := range n + 1 {
		all = append(all, Commit{ID: fmt.Sprintf("%040d", i), Author: "A", Date: "2026-11-29", Subject: fmt.Sprintf("change %d\x1b[31m", i)})
	}
	return all
}

func TestConclusionsSayWhatTheyRestOn(t *testing.T) {
	plain := stepAt(32, 9, 0.10, 0.02)
	broken := plain
	broken.broken = []int{8, 9}
	spread := stepAt(32, 0, 0, 0.02)
	for i := range spread.slower {
		spread.slower[i] = 0.15 * float64(i) / 32
	}
	for _, row := range []struct {
		name  string
		r     repository
		steps int
		want  []string
	}{
		{"a commit", plain, 60, []string{"FOUND  0000000000 change 9", "makes p50 slower: +", "commit      0000000000000000000000000000000000000009 by A, 2026-11-29: change 9", "parent      0000000000 change 8", "ends        0000000000 vs. 0000000000: p50 +", "at most 1 % of searches", "of 99 % or more"}},
		{"commits that cannot be separated", broken, 60, []string{"FOUND  one of 3 commits, which cannot be separated, makes p50 slower"}},
		{"none", stepAt(32, 0, 0, 0.02), 60, []string{"NONE  no commit to find: the bad revision is not worse than the good one by 5.0 %\n"}},
		{"faster", stepAt(32, 9, -0.2, 0.02), 60, []string{"NONE  the bad revision is better than the good one"}},
		{"nothing measured", plain, 0, []string{"UNDECIDED  it is not known whether the revisions differ by 5.0 %", "measured    0 times, 0 blocks"}},
		{"a search that is cut off", plain, 4, []string{"UNDECIDED  with a probability of 95 % it is one of ", "more --steps would decide"}},
		{"many changes", spread, 60, []string{"UNDECIDED  "}},
	} {
		s, _ := row.r.search(rand.New(rand.NewPCG(7, 7)), 6, row.steps)
		c := s.Conclude(named(32))
		c.Cost = &Cost{Before: 1.5, After: 1.75, Words: "more expensive"}
		c.Skipped = append(c.Skipped, Skipped{named(32)[3], "it cannot be built"})
		var text strings.Builder
		if err := c.Text(&text); err != nil {
			t.Fatal(err)
		}
		for _, want := range append(row.want, "cost        $1.50 before and $1.75 after", "skipped     0000000000 change 3", "it cannot be built") {
			if !strings.Contains(text.String(), want) {
				t.Errorf("%s: no %q in\n%s", row.name, want, text.String())
			}
		}
		if strings.Contains(text.String(), "\x1b") {
			t.Errorf("%s: control characters in %q", row.name, text.String())
		}
		fits(t, c)
	}
}

// fits checks a conclusion against the published schema.
func fits(t *testing.T, c *Conclusion) {
	t.Helper()
	schema, err := jsonschema.Compile(Schema(), jsonschema.Draft2020)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	value, err := jsonschema.Decode(text)
	if err == nil {
		err = schema.Validate(value)
	}
	if err != nil {
		t.Errorf("%v in %s", err, text)
	}
}

func TestAmountsHaveTheUnitOfTheirMetric(t *testing.T) {
	for _, row := range []struct {
		metric compare.Metric
		want   string
	}{{compare.P99, "+10.0 % (+5.0 % to +15.0 %)"}, {compare.ErrorShare, "+10 points (+5 points to +15 points)"}} {
		if got := (&Effect{Change: 0.1, Low: 0.05, High: 0.15}).Words(row.metric); got != row.want {
			t.Errorf("%s: %s", row.metric, got)
		}
	}
}
