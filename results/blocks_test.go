package results

import "testing"

func TestByBlockSplitsARunWithoutLoss(t *testing.T) {
	run, err := Open(recorded(t, 10, Interrupted)) // not all of the planned blocks were sent
	if err != nil {
		t.Fatal(err)
	}
	turns := run.ByBlock()
	if len(turns) != 5 {
		t.Fatalf("%d turns, want 5: two targets in two blocks, and one of them in a third", len(turns))
	}
	for i := range run.Document.Targets {
		target := uint16(i)
		good, ended, seconds := New(), int64(0), 0.0
		for k, turn := range turns {
			if k.Target != target {
				continue
			}
			f := turn.Figures(target)
			good.Merge(turn.Good(target))
			ended += f.Requests
			seconds += float64(f.Requests) / f.Rate
		}
		whole := run.Figures(target)
		if ended != whole.Requests || good.Count() != whole.Outcomes[OK.String()].Count || good.Quantile(0.9) != run.Good(target).Quantile(0.9) {
			t.Errorf("target %d: %d requests and %d good ones in its blocks, %d and %d in the run", i, ended, good.Count(), whole.Requests, whole.Outcomes[OK.String()].Count)
		}
		if want := float64(whole.Requests) / whole.Rate; seconds < want*0.999 || seconds > want*1.001 {
			t.Errorf("target %d: its blocks last %.3f s, the run %.3f s", i, seconds, want)
		}
		other := New()
		for k, turn := range turns {
			if k.Target != target {
				other.Merge(turn.Good(target))
			}
		}
		if other.Count() != 0 {
			t.Errorf("target %d has %d requests in blocks of the other", i, other.Count())
		}
	}
}
