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
// them.
func (i *Issuer) tokenStamp(ctx context.Context, id any, about subject, s source) (targets.Stamp, error) {
	keys, err := shared(ctx, i, id, func() (*keyring[string], error) { return newKeyring(ctx, s.grant, about) })
	if err != nil {
		return targets.Stamp{}, err
	}
	return targets.Stamp{Sign: bearer(keys), PerRequest: true, Keyring: keys}, nil
}

// bearer puts the token at hand into a header.
func bearer(keys *keyring[string]) targets.Signer {
	return func(r *targets.Request) error {
		g, err := keys.held()
		if err != nil {
			return err
		}
		r.Header.Set(authorization, g.value)
		r.Until = g.until
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
