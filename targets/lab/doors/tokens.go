package doors

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"sync"
	"time"

	"tollgate/targets"
)

// loginAuthorizer is the type of the authorizer that knows the tokens of the sample
// application's login. It has no settings.
const loginAuthorizer = "login"

// A tokenIssuer issues JSON Web Tokens as a user pool does, signed with RS256. Its key is
// made when the first token is, since that takes a tenth of a second.
type tokenIssuer struct {
	key func() (*rsa.PrivateKey, error)
}

const (
	issuerName = "https://login.lab.invalid"
	issuerKey  = "lab"
	keyBits    = 2048
)

func newTokenIssuer() *tokenIssuer {
	return &tokenIssuer{key: sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, keyBits) })}
}

// issue makes a token for a user.
func (t *tokenIssuer) issue(user string, now time.Time, life time.Duration) (string, error) {
	key, err := t.key()
	if err != nil {
		return "", err
	}
	text := encodePart(map[string]string{"alg": "RS256", "kid": issuerKey, "typ": "JWT"}) + "." + encodePart(map[string]any{
		"iss": issuerName, "sub": user, "iat": now.Unix(), "exp": now.Add(life).Unix(), "jti": requestID(),
	})
	digest := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, digest[:])
	return text + "." + base64.RawURLEncoding.EncodeToString(signature), err
}

func encodePart(v any) string {
	text, _ := json.Marshal(v) // plain values
	return base64.RawURLEncoding.EncodeToString(text)
}

// verify returns the claims of one of its tokens that is valid now.
func (t *tokenIssuer) verify(token string, now time.Time) (claims, error) {
	j, err := t.verifier(false)
	if err != nil {
		return claims{}, err
	}
	return j.verify(token, now)
}

func (t *tokenIssuer) verifier(challenges bool) (*jwt, error) {
	key, err := t.key()
	if err != nil {
		return nil, err
	}
	return &jwt{Authorizer: Authorizer{Issuer: issuerName}, challenges: challenges, keys: map[string]*rsa.PublicKey{issuerKey: &key.PublicKey}}, nil
}

// authorizer lets requests with its tokens pass.
func (t *tokenIssuer) authorizer(challenges bool) authorizer {
	return func(x *exchange) targets.Fault {
		j, err := t.verifier(challenges)
		if err != nil {
			return targets.FaultAuthorizer
		}
		return j.authorize(x)
	}
}
