package session

import (
	"slices"
	"time"

	"tollgate/results"
	"tollgate/results/compare"
	"tollgate/scenarios"
)

// Compare compares the targets of a recorded run with one of them, the first unless
// base names another. It needs c's Book to compare costs too. Nothing is written.
func Compare(dir, base string, c Config) (*compare.Comparison, error) {
	r, err := c.recorded(dir)
	if err != nil {
		return nil, err
	}
	o, unpriced := c.comparing(r, base)
	compared, err := compare.Targets(r.run, o)
	if err != nil {
		return nil, fail(BadInput, "%s: %w", dir, err)
	}
	if unpriced != nil {
		compared.Notes = append(compared.Notes, "costs are not compared: "+unpriced.Error())
	}
	return compared, nil
}

// Differences are those of one metric of a recorded run between a target and base, block by
// block.
func Differences(dir, base, head string, m compare.Metric, c Config) ([]float64, error) {
	r, err := c.recorded(dir)
	if err != nil {
		return nil, err
	}
	o, unpriced := c.comparing(r, base)
	if unpriced != nil && m == compare.Dollars {
		return nil, fail(BadInput, "costs are not known: %w", unpriced)
	}
	return compare.Differences(r.run, o, head, m)
}

// comparing are the settings of a comparison with a base target, with costs unless the
// error says why not.
func (c Config) comparing(r *recorded, base string) (o compare.Options, unpriced error) {
	o.Base = base
	if unpriced = r.resolved(stepPrice, priced); unpriced == nil {
		o.Price = newBilling(r.run, c.Book, r.scenario, r.targets).perMillion(r.run)
	}
	return o, unpriced
}

// added is by how much the median response time of the load that was recorded so far is
// longer at each other target than at base.
func added(dir, base string) (map[string]results.Value, error) {
	run, err := results.Open(dir)
	if err != nil {
		return nil, err
	}
	compared, err := compare.Targets(run, compare.Options{Base: base})
	if err != nil {
		return nil, err
	}
	all := map[string]results.Value{}
	for _, pair := range compared.Pairs {
		for _, e := range pair.Effects {
			if e.Metric == compare.P50 && e.Added != nil {
				all[pair.Head] = results.Between(e.Added.MS, e.Added.LowMS, e.Added.HighMS, "ms", "differences of interleaved blocks")
			}
		}
	}
	return all, nil
}

func (s *session) compare(run *results.Run) {
	if len(run.Document.Stages) == 0 || len(run.Document.Targets) < 2 && !slices.ContainsFunc(run.Document.Targets, func(t results.TargetDoc) bool { return t.ReleaseHeader != "" }) {
		return
	}
	compared, err := compare.Targets(run, compare.Options{Price: newBilling(run, s.Book, s.Scenario, s.targets).perMillion(run)})
	if err == nil {
		err = compared.Write(run.Dir)
	}
	if err != nil {
		note(run, stepCompare, err.Error()+"; tollgate compare "+run.Dir+" does it again")
	}
}

const (
	spikeFrom = 2                // times the load before it
	steadyFor = 30 * time.Second // drift needs as long a stage of steady load
)

// drift checks whether targets got worse under steady load, and what a spike of
// load left behind, and adds that to the findings.
func (s *session) drift(run *results.Run) {
	all := s.plan.Stages
	found := slices.Concat(
		compare.Drift(run, func(i int) bool {
			return i < len(all) && !all[i].WarmUp && all[i].For >= steadyFor && all[i].Steady() && s.unison()
		}),
		compare.Spikes(run, s.spike),
	)
	if len(found) == 0 {
		return
	}
	found = append(found, run.Findings...)
	if err := results.WriteFindings(run.Dir, found); err != nil {
		note(run, stepDrift, err.Error())
		return
	}
	run.Findings = found
}

// unison says whether no population's load changes during the stage of another: else
// that of one would pass for a drift at the other.
func (s *session) unison() bool {
	all := s.plan.Populations
	return len(all) < 2 || !slices.ContainsFunc(all, func(p scenarios.PlannedPopulation) bool {
		return len(p.Stages) != 1 || !p.Stages[0].Steady() || len(p.To) != 1 || p.Start != all[0].Start || p.Duration() != all[0].Duration()
	})
}

// spike says whether a stage has far more load than the stages around it, which
// have the same.
func (s *session) spike(stage int) bool {
	all := s.plan.Stages
	if len(s.plan.Populations) > 1 || stage == 0 || stage+1 >= len(all) {
		return false
	}
	before, after := &all[stage-1], &all[stage+1]
	_, open := before.Load.(scenarios.Arrivals)
	return open && !before.WarmUp && before.Steady() && after.Steady() && before.Load == after.Load && all[stage].Peak() >= spikeFrom*before.Peak()
}
