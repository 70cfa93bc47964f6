package auth

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"tollgate/targets"
)

// Stamp returns what proves, to t, who sends a request. The zero Stamp is for a
// target that asks for no proof. Errors do not name the target: the caller who asks
// for several knows which it was.
func (i *Issuer) Stamp(ctx context.Context, t targets.Target) (targets.Stamp, error) {
	a := t.Auth
	switch {
	case a.Given() > 1:
		return targets.Stamp{}, errors.New("authentication must be of one kind, not several")
	case !a.APIKey.IsZero():
		return i.headerStamp(ctx, t, "API key", "X-Api-Key", "", a.APIKey)
	case !a.Bearer.IsZero():
		return i.headerStamp(ctx, t, "bearer token", authorization, bearerScheme, a.Bearer)
	case a.OAuth2 != nil:
		return i.oauth2Stamp(ctx, t)
	case a.Cognito != nil:
		return i.cognitoStamp(ctx, t)
	case a.Command != nil:
		return i.tokenStamp(ctx, *a.Command, subject{
			fmt.Sprintf("the token of the command %q", a.Command.Line()),
			fmt.Sprintf("the command %q gave no token", a.Command.Line()), "try it in a shell",
		}, commandSource(*a.Command))
	case a.IAM != nil:
		return i.signatureStamp(ctx, t)
	}
	return targets.Stamp{}, nil
}

// headerStamp puts a secret into a header. The engines write headers as they
// are, so a secret that would end its header's line is refused here.
func (i *Issuer) headerStamp(ctx context.Context, t targets.Target, what, header, prefix string, secret targets.Secret) (s targets.Stamp, err error) {
	text, kept := secret.Reveal(), "the environment variable"
	if at, is := secret.Stored(); is {
		keys, err := i.stored(ctx, t, what, secret)
		if err != nil {
			return s, err
		}
		text, kept, s.Keyring = keys.current.Load().value, at.String(), keys
	}
	if !sendable(text) {
		return targets.Stamp{}, fmt.Errorf("the %s holds a line break or another character that no header may hold; is there a stray newline in %s?", what, kept)
	}
	value := prefix + strings.TrimSpace(text)
	s.Sign = func(r *targets.Request) error {
		r.Header.Set(header, value)
		return nil
	}
	return s, nil
}

const (
	authorization = "Authorization"
	bearerScheme  = "Bearer "
)

// sendable reports whether a header may hold a text.
func sendable(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' })
}
