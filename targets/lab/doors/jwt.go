package doors

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"tollgate/targets"
)

// A jwt authorizer verifies JSON Web Tokens with RS256, the algorithm of
// Cognito, against keys that it was given.
// Sources: RFC 7519; API Gateway developer guide, "Control access to HTTP APIs
// with JWT authorizers".
type jwt struct {
	Authorizer
	challenges bool                      // its failures say which proof is needed
	keys       map[string]*rsa.PublicKey // by kid
}

func newJWT(a Authorizer, challenges bool) *jwt {
	keys, _ := parseJWKS(a.JWKS) // checked
	return &jwt{Authorizer: a, keys: keys, challenges: challenges}
}

// parseJWKS reads the RSA keys of a set (RFC 7517).
func parseJWKS(text []byte) (map[string]*rsa.PublicKey, error) {
	var set struct {
		Keys []struct{ Kty, Kid, N, E string }
	}
	if err := json.Unmarshal(text, &set); err != nil {
		return nil, fmt.Errorf("not a set of keys: %w", err)
	}
	keys := map[string]*rsa.PublicKey{}
	for i, k := range set.Keys {
		n, errN := base64.RawURLEncoding.DecodeString(k.N)
		e, errE := base64.RawURLEncoding.DecodeString(k.E)
		exponent := new(big.Int).SetBytes(e)
		if k.Kty != "RSA" || errN != nil || errE != nil || len(n) < 128 || len(n) > 1024 || !exponent.IsInt64() || exponent.Int64() < 3 || exponent.Int64() > 1<<31-1 {
			return nil, fmt.Errorf("key %d is no RSA key of 1,024 to 8,192 bits with n and e in base64url", i)
		}
		keys[k.Kid] = &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(exponent.Int64())}
	}
	if len(keys) == 0 {
		return nil, errors.New("the set holds no key")
	}
	return keys, nil
}

type claims struct {
	Issuer   string          `json:"iss"`
	Subject  string          `json:"sub"`
	Audience json.RawMessage `json:"aud"` // one or several
	ClientID string          `json:"client_id"`
	Expires  *float64        `json:"exp"`
	From     float64         `json:"nbf"`
	Issued   float64         `json:"iat"`
	Scope    string          `json:"scope"`
}

func (j *jwt) authorize(x *exchange) targets.Fault {
	token := strings.TrimPrefix(x.request.Header.Get("Authorization"), "Bearer ")
	if token == "" {
		j.challenge(x, "Bearer")
		return targets.FaultNoProof
	}
	said, err := j.verify(token, x.ready)
	if err != nil {
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

// verify returns the claims of a token that is genuine and valid now. Its errors
// go to the client, and repeat nothing of the token.
func (j *jwt) verify(token string, now time.Time) (claims, error) {
	var said claims
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return said, errors.New("the token is malformed")
	}
	var head struct{ Alg, Kid string }
	if decodePart(parts[0], &head) != nil || decodePart(parts[1], &said) != nil {
		return said, errors.New("the token is malformed")
	}
	key := j.keys[head.Kid]
	if key == nil || head.Alg != "RS256" {
		return said, errors.New("the token has an unknown key or algorithm")
	}
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	digest := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	if err != nil || rsa.VerifyPKCS1v15(key, crypto.SHA256, digest[:], signature) != nil {
		return said, errors.New("the token has an invalid signature")
	}
	at := float64(now.UnixNano()) / 1e9
	switch {
	case said.Issuer != j.Issuer:
		return said, errors.New("the token has an invalid issuer")
	case said.Expires == nil || at >= *said.Expires:
		return said, errors.New("the token has expired")
	case at < said.From || at < said.Issued:
		return said, errors.New("the token is not valid yet")
	case len(j.Audience) > 0 && !j.addressed(said):
		return said, errors.New("the token does not have a valid audience")
	}
	return said, nil
}

// addressed says whether a token is for one of the audiences; client_id counts
// where there is no aud.
func (j *jwt) addressed(said claims) bool {
	var one string
	var several []string
	switch {
	case len(said.Audience) == 0:
		several = []string{said.ClientID}
	case json.Unmarshal(said.Audience, &one) == nil:
		several = []string{one}
	default:
		_ = json.Unmarshal(said.Audience, &several) // neither: it is for no audience
	}
	return slices.ContainsFunc(several, func(a string) bool { return slices.Contains(j.Audience, a) })
}

func decodePart(part string, into any) error {
	text, err := base64.RawURLEncoding.DecodeString(part)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, into)
}
