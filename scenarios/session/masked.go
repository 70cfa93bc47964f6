package session

import (
	"tollgate/results"
	"tollgate/targets"
)

// masked takes secrets out of the texts of a finding: paths may hold values of the
// environment, and servers echo what they were sent.
func (p *prober) masked(f *results.Finding) *results.Finding {
	m := targets.NewMask()
	for _, s := range p.Scenario.Secrets {
		m = m.With(s.Reveal())
	}
	t := p.targets[p.question.Index]
	m = m.With(t.Auth.Secrets()...).With(t.LabKey.Reveal())
	for _, r := range p.Scenario.Requests {
		m = m.With(r.APIKey.Reveal())
		if r.Auth != nil {
			m = m.With(r.Auth.Secrets()...)
		}
	}
	if issued := p.warnings.issued(); issued != nil {
		m = m.With(issued()...)
	}
	for i := range f.Checks {
		c := &f.Checks[i]
		c.About, c.Measured, c.Why = m.Text(c.About), m.Text(c.Measured), m.Text(c.Why)
	}
	for _, t := range f.Tables {
		for _, row := range t.Rows {
			for i, cell := range row {
				row[i] = m.Text(cell)
			}
		}
	}
	return f
}
