package identity

import (
	"crypto"
	"crypto/rand"
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
)

// Keys are the public keys of an issuer, by their ids.
type Keys map[string]*rsa.PublicKey

// ParseKeys reads the RSA keys of a set (RFC 7517).
func ParseKeys(text []byte) (Keys, error) {
	var set struct {
		Keys []struct{ Kty, Kid, N, E string }
	}
	if err := json.Unmarshal(text, &set); err != nil {
		return nil, fmt.Errorf("not a set of keys: %w", err)
	}
	keys := Keys{}
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

// Claims are what a token says.
type Claims struct {
	Issuer   string          `json:"iss"`
	Subject  string          `json:"sub"`
	Username string          `json:"username"` // of Cognito's access tokens
	Audience json.RawMessage `json:"aud"`      // one or several
	ClientID string          `json:"client_id"`
	Use      string          `json:"token_use"` // "access" or "id"
	Expires  *float64        `json:"exp"`
	From     float64         `json:"nbf"`
	Issued   float64         `json:"iat"`
	Scope    string          `json:"scope"`
}

// ErrExpired is what is wrong with a token that is genuine and came too late.
var ErrExpired = errors.New("the token has expired")

// Verify returns the claims of a token that is genuine, of this issuer and valid now,
// and for one of the audiences if there are any. Its errors go to the client, and repeat
// nothing of the token.
func (k Keys) Verify(token, issuer string, audience []string, now time.Time) (Claims, error) {
	var said Claims
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return said, errors.New("the token is malformed")
	}
	var head struct{ Alg, Kid string }
	if decodePart(parts[0], &head) != nil || decodePart(parts[1], &said) != nil {
		return said, errors.New("the token is malformed")
	}
	key := k[head.Kid]
	if key == nil || head.Alg != "RS256" {
		return said, errors.New("the token has an unknown key or algorithm")
	}
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	digest := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	if err != nil || rsa.VerifyPKCS1v15(key, crypto.SHA256, digest[:], signature) != nil {
		return said, errors.New("the token has an invalid signature")
	}
	return said, said.check(issuer, audience, now)
}

func (said Claims) check(issuer string, audience []string, now time.Time) error {
	at := float64(now.UnixNano()) / 1e9
	switch {
	case said.Issuer != issuer:
		return errors.New("the token has an invalid issuer")
	case said.Expires == nil || at >= *said.Expires:
		return ErrExpired
	case at < said.From || at < said.Issued:
		return errors.New("the token is not valid yet")
	case len(audience) > 0 && !said.addressed(audience):
		return errors.New("the token does not have a valid audience")
	}
	return nil
}

// addressed says whether a token is for one of the audiences; client_id counts
// where there is no aud.
func (said Claims) addressed(audience []string) bool {
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
	return slices.ContainsFunc(several, func(a string) bool { return slices.Contains(audience, a) })
}

func decodePart(part string, into any) error {
	text, err := base64.RawURLEncoding.DecodeString(part)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, into)
}

const keyBits = 2048

func newKey() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, keyBits) }

// sign makes a token of claims.
func sign(key *rsa.PrivateKey, claims map[string]any) (string, error) {
	text := encodePart(map[string]any{"alg": "RS256", "kid": keyID, "typ": "JWT"}) + "." + encodePart(claims)
	digest := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, digest[:])
	return text + "." + base64.RawURLEncoding.EncodeToString(signature), err
}

func encodePart(v map[string]any) string {
	text, _ := json.Marshal(v) // plain values
	return base64.RawURLEncoding.EncodeToString(text)
}

// keySet is a public key as a JSON Web Key Set.
func keySet(key *rsa.PublicKey) map[string]any {
	encode := base64.RawURLEncoding.EncodeToString
	return map[string]any{"keys": []any{map[string]any{
		"kty": "RSA", "use": "sig", "alg": "RS256", "kid": keyID,
		"n": encode(key.N.Bytes()), "e": encode(big.NewInt(int64(key.E)).Bytes()),
	}}}
}
