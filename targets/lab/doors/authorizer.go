package doors

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"time"

	"tollgate/targets"
)

// An Authorizer decides who may pass.
type Authorizer struct {
	Type string `json:"type"` // "token" (a Lambda authorizer), "jwt" or "iam"

	Header   string            `json:"header,omitempty"`   // token: default "Authorization"
	Tokens   map[string]string `json:"tokens,omitempty"`   // token: what the function says of each: "allow", "deny" or "throw"; of others "Unauthorized"
	TTL      *Duration         `json:"ttl,omitempty"`      // token: how long its word is kept; default 5 minutes
	Duration *LogNormal        `json:"duration,omitempty"` // token: of its function

	Issuer   string          `json:"issuer,omitempty"`   // jwt
	Audience []string        `json:"audience,omitempty"` // jwt
	Scopes   []string        `json:"scopes,omitempty"`   // jwt: one of them is enough; none: none is asked for
	JWKS     json.RawMessage `json:"jwks,omitempty"`     // jwt: the issuer's public keys

	Credentials []Credential `json:"credentials,omitempty"` // iam
}

// A Credential is an access key that IAM would know.
type Credential struct {
	AccessKeyID     string `json:"access_key_id"`
	SecretAccessKey string `json:"secret_access_key"`
}

func (c Credential) check(at string, faults *faultList) {
	if len(c.AccessKeyID) < 16 || len(c.AccessKeyID) > 128 || c.SecretAccessKey == "" {
		faults.add("%s: an access key's id has 16 to 128 characters, and its secret must not be empty", at)
	}
}

// An authorizer lets a request pass ("") or says what is wrong with its proof.
type authorizer func(*exchange) targets.Fault

// defaultAuthorizerTTL is how long a Lambda authorizer's word is kept.
// Source: API Gateway developer guide, "Configure a Lambda authorizer".
const defaultAuthorizerTTL = Duration(300 * time.Second)

func newAuthorizer(d *door, a Authorizer, seed uint64) authorizer {
	switch a.Type {
	case "jwt":
		return newJWT(a).authorize
	case "iam":
		return newSigV4(a.Credentials, d.kind.Signing).authorize
	}
	t := &tokenAuthorizer{Authorizer: a, kept: map[string]time.Time{}, warm: newDraw(*or(a.Duration, defaultWarm), seed, d.Name+" authorizer")}
	if t.Header == "" {
		t.Header = "Authorization"
	}
	t.TTL = or(a.TTL, defaultAuthorizerTTL)
	return t.authorize
}

// A tokenAuthorizer is a Lambda function that is asked about a token.
type tokenAuthorizer struct {
	Authorizer
	warm draw

	mu   sync.Mutex
	kept map[string]time.Time // until when its word about a token holds; only tokens that it knows
}

func (t *tokenAuthorizer) authorize(x *exchange) targets.Fault {
	token := x.request.Header.Get(t.Header)
	if token == "" { // the function is not even asked
		return targets.FaultNoProof
	}
	token = strings.TrimPrefix(token, "Bearer ")
	word, known := t.Tokens[token]
	if !t.keeps(token, x.ready) {
		took := t.warm.at(x.nth)
		x.overhead += took
		x.authorized = true
		if known && word != "throw" && *t.TTL > 0 {
			t.keep(token, x.ready.Add(took+time.Duration(*t.TTL)))
		}
	}
	switch {
	case !known:
		return targets.FaultNoProof
	case word == "deny":
		return targets.FaultDenied
	case word == "throw":
		return targets.FaultAuthorizer
	}
	return ""
}

func (t *tokenAuthorizer) keeps(token string, now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	until, kept := t.kept[token]
	return kept && now.Before(until)
}

func (t *tokenAuthorizer) keep(token string, until time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.kept[token] = until
}

// check says what is wrong with a, without repeating a secret.
func (a Authorizer) check(at string, faults *faultList) {
	switch a.Type {
	case "token":
		for _, word := range a.Tokens {
			if word != "allow" && word != "deny" && word != "throw" {
				faults.add(`%s.tokens: a function says "allow" or "deny", or it must "throw"; not %q`, at, word)
			}
		}
		if len(a.Tokens) == 0 {
			faults.add("%s.tokens: give at least one, or nobody ever passes", at)
		}
		if a.TTL != nil {
			faults.span(at+".ttl", *a.TTL, 0, time.Hour)
		}
		if a.Duration != nil {
			faults.distribution(at+".duration", *a.Duration)
		}
	case "jwt":
		if _, err := parseJWKS(a.JWKS); err != nil {
			faults.add("%s.jwks: %w", at, err)
		}
		if a.Issuer == "" {
			faults.add("%s.issuer: name who issues the tokens", at)
		}
	case "iam":
		for i, c := range a.Credentials {
			c.check(fmt.Sprintf("%s.credentials[%d]", at, i), faults)
		}
		if len(a.Credentials) == 0 {
			faults.add("%s.credentials: give at least one access key", at)
		}
	default:
		faults.add(`%s.type: %q must be "token", "jwt" or "iam"`, at, a.Type)
	}
}

// public is a without its secrets.
func (a Authorizer) public() *Authorizer {
	a.Tokens, a.Credentials = nil, nil
	return &a
}
