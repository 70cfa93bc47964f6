package doors

import (
	"cmp"
	"encoding/json"
	"errors"
	"sync"
	"time"

	"tollgate/targets"
	"tollgate/targets/lab/aws/sigv4"
	"tollgate/targets/lab/identity"
)

// An Authorizer decides which requests may pass.
type Authorizer struct {
	Type string `json:"type"` // "token" (a Lambda authorizer), "jwt", "login" (jwt for the tokens that the lab itself issues), "cognito" (rest-api: for those of the lab's user pool) or "iam"

	Header   string            `json:"header,omitempty"`   // token: default "Authorization"
	Tokens   map[string]string `json:"tokens,omitempty"`   // token: what the function says of each value of the header, "Bearer " and all: "allow", "deny" or "throw"; of others "Unauthorized"
	TTL      *Duration         `json:"ttl,omitempty"`      // token: how long its result is kept; default 5 minutes
	Duration *LogNormal        `json:"duration,omitempty"` // token: of its function

	Issuer   string          `json:"issuer,omitempty"`   // jwt
	Audience []string        `json:"audience,omitempty"` // jwt, login
	Scopes   []string        `json:"scopes,omitempty"`   // jwt, login, cognito: one of them is enough; none: none is asked for
	JWKS     json.RawMessage `json:"jwks,omitempty"`     // jwt: the issuer's public keys

	Credentials []Credential `json:"credentials,omitempty"` // iam
}

// A Credential is an access key that IAM would know.
type Credential struct {
	AccessKeyID     string `json:"access_key_id"`
	SecretAccessKey string `json:"secret_access_key"`
}

func checkCredentials(at string, keys []Credential, p *problems) {
	for i, c := range keys {
		if len(c.AccessKeyID) < 16 || len(c.AccessKeyID) > 128 || c.SecretAccessKey == "" {
			p.add("%s[%d]: an access key's id has 16 to 128 characters, and its secret must not be empty", at, i)
		}
	}
}

func (a *Authorizer) check(at string, p *problems) {
	if a == nil {
		return
	}
	switch a.Type {
	case "token":
		for _, result := range a.Tokens {
			if result != "allow" && result != "deny" && result != "throw" {
				p.add(`%s.tokens: a function says "allow" or "deny", or it must "throw"; not %q`, at, result)
			}
		}
		if len(a.Tokens) == 0 {
			p.add("%s.tokens: give at least one, or no request ever passes", at)
		}
		p.between(at+".ttl", *or(a.TTL, 0), 0, time.Hour)
		p.distribution(at+".duration", *or(a.Duration, LogNormal{}))
	case "jwt":
		if _, err := identity.ParseKeys(a.JWKS); err != nil {
			p.add("%s.jwks: %w", at, err)
		}
		if a.Issuer == "" {
			p.add("%s.issuer: name who issues the tokens", at)
		}
	case loginAuthorizer, cognitoAuthorizer:
	case "iam":
		checkCredentials(at+".credentials", a.Credentials, p)
		if len(a.Credentials) == 0 {
			p.add("%s.credentials: give at least one access key", at)
		}
	default:
		p.add(`%s.type: %q must be "token", "jwt", "login", "cognito" or "iam"`, at, a.Type)
	}
}

// An authorizer lets a request pass ("") or says what is wrong with its proof.
type authorizer func(*exchange) targets.Fault

// authenticate asks an authorizer; nil lets everyone pass.
func authenticate(of func(*exchange) authorizer) stage {
	return func(x *exchange) bool {
		if a := of(x); a != nil {
			if fault := a(x); fault != "" {
				return x.refuse(fault, byAuthorizer)
			}
		}
		return true
	}
}

func ofRoute(x *exchange) authorizer { return x.route.authorize }

// defaultAuthorizerTTL is how long a Lambda authorizer's result is kept.
// Source: API Gateway developer guide, "Configure a Lambda authorizer".
const defaultAuthorizerTTL = Duration(300 * time.Second)

func newAuthorizer(d *door, a *Authorizer) authorizer {
	switch {
	case a == nil:
		return nil
	case a.Type == "jwt":
		return newJWT(*a, d.kind.challenges).authorize
	case a.Type == loginAuthorizer:
		return newLogin(*a, d.kind.challenges, d.shop.issuer).authorize
	case a.Type == cognitoAuthorizer:
		return newCognito(*a, d.shop.issuer).authorize
	case a.Type == "iam":
		return verifySignatures(a.Credentials, d.kind.Signing, d.kind.Unsigned)
	}
	t := &tokenAuthorizer{Authorizer: *a, warm: newDraw(*or(a.Duration, defaultWarm), d.seed, d.Name+" authorizer")}
	t.Header = cmp.Or(t.Header, "Authorization")
	t.TTL = or(a.TTL, defaultAuthorizerTTL)
	return t.authorize
}

// verifySignatures verifies AWS's signatures as IAM does. A request without any
// meets a fault of its own: a REST API takes it for one without a route.
func verifySignatures(credentials []Credential, service string, unsigned targets.Fault) authorizer {
	keys := sigv4.Keys{}
	for _, c := range credentials {
		keys[c.AccessKeyID] = c.SecretAccessKey
	}
	return func(x *exchange) targets.Fault {
		switch err := keys.Verify(x.request, x.content(), service, x.ready); {
		case err == nil:
			return ""
		case errors.Is(err, sigv4.ErrMissing):
			return unsigned
		}
		return targets.FaultUnsigned
	}
}

// A tokenAuthorizer gets the whole value of the header, as authorizationToken, and its
// result is kept for that value.
// Source: API Gateway developer guide, "Input to an API Gateway Lambda authorizer".
type tokenAuthorizer struct {
	Authorizer
	warm draw
	kept sync.Map // until when its result for a token holds; only tokens that it knows
}

func (t *tokenAuthorizer) authorize(x *exchange) targets.Fault {
	token := x.request.Header.Get(t.Header)
	if token == "" { // the function is not even asked
		return targets.FaultNoProof
	}
	result, known := t.Tokens[token]
	if !t.keeps(token, x.ready) {
		took := t.warm.at(x.nth)
		x.overhead += took
		x.authorized = true
		if known && result != "throw" && *t.TTL > 0 {
			t.kept.Store(token, x.ready.Add(took+time.Duration(*t.TTL)))
		}
	}
	switch {
	case !known:
		return targets.FaultNoProof
	case result == "deny":
		return targets.FaultDenied
	case result == "throw":
		return targets.FaultAuthorizer
	}
	return ""
}

func (t *tokenAuthorizer) keeps(token string, now time.Time) bool {
	until, kept := t.kept.Load(token)
	return kept && now.Before(until.(time.Time))
}
