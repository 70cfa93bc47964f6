package auth

import (
	"context"
	"errors"
	"strings"
	"time"

	"tollgate/targets"
)

// A Token is what a source issues, to be sent as Authorization: Bearer.
type Token struct {
	Value   string
	Expires time.Time // zero: never, as far as is known
	Renew   time.Time // when the source wants to be asked again; zero: some time before it expires
}

// A source issues tokens: each call asks for another one, and nothing is cached. It is
// called once at a time, and ends with its context.
type source func(ctx context.Context) (Token, error)

// tokenStamp sends the tokens of a source. Targets and requests whose id is equal share
// them. The secrets given are what the source asks with.
func (i *Issuer) tokenStamp(ctx context.Context, id any, about subject, s source, given ...string) (targets.Stamp, error) {
	keys, err := shared(ctx, i, id, func() (*keyring[string], error) { return newKeyring(ctx, s.grant, about, given...) })
	if err != nil {
		return targets.Stamp{}, err
	}
	proof := func() (value string, until time.Time, err error) {
		g, err := keys.held()
		if err != nil {
			return "", until, err
		}
		return g.value, g.until, nil
	}
	return targets.Stamp{Sign: sign(authorization, proof), PerRequest: true, Header: authorization, Proof: proof, Keyring: keys}, nil
}

// sign puts a proof into a header.
func sign(header string, proof targets.Proof) targets.Signer {
	return func(r *targets.Request) error {
		value, until, err := proof()
		if err != nil {
			return err
		}
		r.Header.Set(header, value)
		r.Until = until
		return nil
	}
}

// grant asks for a token. The value is that of the header.
func (s source) grant(ctx context.Context) (g grant[string], err error) {
	asked := time.Now()
	t, err := s(ctx)
	if err != nil {
		return g, err
	}
	value := strings.TrimSpace(t.Value)
	switch {
	case value == "":
		return g, errors.New("the token is empty")
	case !sendable(value):
		return g, errors.New("the token holds a line break or another character that no header may hold")
	}
	return granted(bearerScheme+value, []string{value}, asked, t.Expires, t.Renew), nil
}
