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
	if len(j.Scopes) > 0 && !slices.ContainsFunc(strings.Fields(said.Scope), func(s string) bool { return slices.Contains(j.Scopes, s) }) {
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
