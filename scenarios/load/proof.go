package load

import (
	"fmt"
	"time"

	"tollgate/scenarios/values"
	"tollgate/targets"
)

// carries makes room for a proof that is the value of a header, as it is now.
func (m *Message) carries(stamp targets.Stamp) error {
	if err := stamp.Sign(&m.Request); err != nil {
		return fmt.Errorf("sign: %w", err)
	}
	m.Request.Until, m.prove, m.varies = time.Time{}, stamp.Sign, true
	if !m.target.Varies() {
		m.target = values.Literal(m.Request.URL.RequestURI())
	}
	return nil
}

// A proof is a value of a header.
type proof struct{ targets.Proof }

// Append implements values.Value.
func (p proof) Append(b []byte, s *values.Sending) ([]byte, error) {
	value, until, err := p.Proof()
	if err != nil {
		return b, err
	}
	if !until.IsZero() && (s.Until.IsZero() || until.Before(s.Until)) {
		s.Until = until
	}
	return append(b, value...), nil
}

// Renew returns a rendered request with a proof that serves: itself, or where its own has
// expired meanwhile a copy with another one.
func (m *Message) Renew(r *targets.Request) (*targets.Request, error) {
	if m.prove == nil || r.Until.IsZero() || time.Now().Before(r.Until) {
		return r, nil
	}
	own := *r
	own.Header = r.Header.Clone()
	if err := m.prove(&own); err != nil {
		return nil, err
	}
	return &own, checkHeader(own.Header)
}
