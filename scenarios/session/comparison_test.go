package session

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"tollgate/results/compare"
)

func TestARunOfSeveralTargetsComparesThem(t *testing.T) {
	t.Parallel()
	var at0, at1 atomic.Int64
	s := scenario(t, []string{server(t, &at0).URL, server(t, &at1).URL}, "constant: {rate: 100/s, for: 2s}", month+"\nblocks: 2")
	c := config(t, s)
	run, err := Run(t.Context(), c)
	if run == nil {
		t.Fatal(err)
	}
	got, err := compare.Read(run.Dir)
	if err != nil || got == nil {
		t.Fatalf("comparison %v, %v", got, err)
	}
	if len(got.Pairs) != 1 || got.Pairs[0].Base != "t0" || got.Pairs[0].Head != "t1" || got.Blocks != 2 {
		t.Fatalf("%+v", got)
	}
	p := &got.Pairs[0]
	for _, m := range []compare.Metric{compare.P50, compare.Goodput, compare.ErrorShare} {
		e := p.Effect(m)
		if e == nil || e.Base == nil || e.Head == nil || e.Blocks != 2 || e.Verdict != compare.Inconclusive || e.Low != nil {
			t.Errorf("%s: %+v, want a value of both, from two blocks, and no verdict", m, e)
		}
	}
	if e := p.Effect(compare.Dollars); e == nil || e.Blocks != 2 || e.Verdict == compare.Worse || e.Verdict == compare.Better || e.Low == nil {
		t.Errorf("%s: %+v, want an interval from two blocks, and no difference", compare.Dollars, e)
	}
	bill := run.Document.Targets[0].Bill.Month.Float() / 10
	if got := *p.Effect(compare.Dollars).Base; math.Abs(got/bill-1) > 0.05 {
		t.Errorf("$%.4f for a million requests in the blocks, $%.4f on the bill", got, bill)
	}
	again, err := Compare(run.Dir, "t1", c)
	if err != nil || again.Pairs[0].Base != "t1" || again.Pairs[0].Head != "t0" {
		t.Errorf("against t1: %+v, %v", again, err)
	}
	if _, err := Compare(run.Dir, "t9", c); ReasonOf(err) != BadInput || !strings.Contains(err.Error(), `no target "t9"`) || !strings.Contains(err.Error(), "t0, t1") {
		t.Errorf("against a target that is not there: %v", err)
	}
}

func TestARunOfOneTargetHasNothingToCompare(t *testing.T) {
	t.Parallel()
	var at atomic.Int64
	c := config(t, scenario(t, []string{server(t, &at).URL}, "constant: {rate: 50/s, for: 1s}", ""))
	run, err := Run(t.Context(), c)
	if run == nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(run.Dir, compare.File)); !os.IsNotExist(err) {
		t.Errorf("%s: %v, want none", compare.File, err)
	}
	if _, err := Compare(run.Dir, "", c); ReasonOf(err) != BadInput || !strings.Contains(err.Error(), "a comparison needs two") {
		t.Errorf("to compare one target: %v", err)
	}
}
