package auth

import (
	"context"

	"tollgate/targets"
	"tollgate/targets/aws"
)

// storedID is what is read once for all that name it.
type storedID struct {
	endpoint aws.Endpoint
	at       targets.Stored
}

// stored is a keyring with a secret that AWS keeps, which is read once; nil where the
// secret is at hand.
func (i *Issuer) stored(ctx context.Context, t targets.Target, what string, s targets.Secret) (*keyring[string], error) {
	at, is := s.Stored()
	if !is {
		return nil, nil
	}
	read := func(ctx context.Context) (g grant[string], err error) {
		text, err := aws.Stored(ctx, t, at)
		return grant[string]{value: text, secrets: []string{text}}, err
	}
	return shared(ctx, i, storedID{aws.EndpointOf(t), at}, func() (*keyring[string], error) {
		return newKeyring(ctx, read, subject{name: what, none: "no " + what})
	})
}

// plain is a secret as text, wherever it is kept.
func (i *Issuer) plain(ctx context.Context, t targets.Target, what string, s targets.Secret) (string, error) {
	k, err := i.stored(ctx, t, what, s)
	if err != nil || k == nil {
		return s.Reveal(), err
	}
	return k.current.Load().value, nil
}
