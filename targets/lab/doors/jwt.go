package doors

import (
	"errors"
	"slices"
	"strings"
	"time"

	"tollgate/targets"
	"tollgate/targets/lab/identity"
)

// loginAuthorizer is the type of the authorizer that knows the tokens that the lab itself
// issues: by the sample application's login, its token endpoint and its user pool.
const loginAuthorizer = "login"

// cognitoAuthorizer is the type of a REST API's authorizer that knows a user pool, the lab's.
const cognitoAuthorizer = "cognito"

// A jwt authorizer verifies JSON Web Tokens with RS256, the algorithm of Cognito.
// Sources: RFC 7519; API Gateway developer guide, "Control access to HTTP APIs
// with JWT authorizers".
type jwt struct {
	Authorizer
	challenges bool // its failures say which proof is needed
	verify     func(token string, now time.Time) (identity.Claims, error)
}

// newJWT is an authorizer of an issuer whose keys it was given.
func newJWT(a Authorizer, challenges bool) *jwt {
	keys, _ := identity.ParseKeys(a.JWKS) // checked
	return &jwt{a, challenges, func(token string, now time.Time) (identity.Claims, error) {
		return keys.Verify(token, a.Issuer, a.Audience, now)
	}}
}

// newLogin is an authorizer of the lab's own issuer.
func newLogin(a Authorizer, challenges bool, of *identity.Issuer) *jwt {
	return &jwt{a, challenges, func(token string, now time.Time) (identity.Claims, error) {
		return of.Verify(token, a.Audience, now)
	}}
}

// newCognito is an authorizer of the lab's user pool: without scopes it takes ID tokens
// alone, with scopes access tokens that have one of them. That one without them is refused
// by 401 is assumed.
// Source: API Gateway developer guide, "Integrate a REST API with an Amazon Cognito user
// pool" and API reference, "Method", authorizationScopes.
func newCognito(a Authorizer, of *identity.Issuer) *jwt {
	want := "id"
	if len(a.Scopes) > 0 {
		want = "access"
	}
	return &jwt{a, false, func(token string, now time.Time) (identity.Claims, error) {
		said, err := of.Verify(token, nil, now)
		switch {
		case err != nil:
			return said, err
		case said.Use != want:
			return said, errors.New("the token is of another use")
		case len(a.Scopes) > 0 && !a.covers(said):
			return said, errors.New("the token has none of the scopes")
		}
		return said, nil
	}}
}

// covers says whether a token has one of the scopes.
func (a Authorizer) covers(said identity.Claims) bool {
	return slices.ContainsFunc(strings.Fields(said.Scope), func(s string) bool { return slices.Contains(a.Scopes, s) })
}

func (j *jwt) authorize(x *exchange) targets.Fault {
	token := strings.TrimPrefix(x.request.Header.Get("Authorization"), "Bearer ")
	if token == "" {
		j.challenge(x, "Bearer")
		return targets.FaultNoProof
	}
	said, err := j.verify(token, x.ready)
	if err != nil {
		x.expired = errors.Is(err, identity.ErrExpired)
		j.challenge(x, `Bearer scope="" error="invalid_token" error_description="`+err.Error()+`"`)
		return targets.FaultNoProof
	}
	if len(j.Scopes) > 0 && !j.covers(said) {
		j.challenge(x, `Bearer scope="`+strings.Join(j.Scopes, " ")+`" error="insufficient_scope"`)
		return targets.FaultDenied
	}
	return ""
}

func (j *jwt) challenge(x *exchange, how string) {
	if j.challenges {
		x.extra = append(x.extra, [2]string{"www-authenticate", how})
	}
}
