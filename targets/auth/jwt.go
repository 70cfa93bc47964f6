package auth

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"
)

// claims are what a JSON Web Token says of itself, unverified: it is only sent on.
type claims struct {
	Exp, Iat float64
	Username string // in Cognito's access tokens
}

// claimsOf reads a token; the zero value where it is none.
func claimsOf(token string) (c claims) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return c
	}
	payload, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	if err != nil || json.Unmarshal(payload, &c) != nil {
		return claims{}
	}
	return c
}

// latestDate is the end of the year 9999 in seconds: a later one is taken for a mistake.
const latestDate = 253402300799

// exp is when a token expires that says so, by its issuer's clock; zero: it does not.
func (c claims) exp() time.Time {
	if c.Exp <= 0 || c.Exp > latestDate {
		return time.Time{}
	}
	return time.Unix(int64(c.Exp), 0)
}

// webTokenExpiry is when a token expires that is a JSON Web Token and says so; zero: it is
// none, or says nothing. The clock of the issuer may differ from ours: a token that it
// issued just now (iat) is good for no longer than exp - iat from when it was asked for.
// Source: RFC 7519, sections 4.1.4 and 4.1.6.
func webTokenExpiry(token string, asked time.Time) time.Time {
	c := claimsOf(token)
	expires := c.exp()
	if !expires.IsZero() && c.Iat > 0 && c.Iat < c.Exp {
		if own := asked.Add(time.Duration((c.Exp - c.Iat) * float64(time.Second))); own.Before(expires) {
			return own
		}
	}
	return expires
}

// sameClock is how far the end of a token may be from where its issuer's "expires_in"
// puts it, and both still be of the same clock.
const sameClock = 5 * time.Second

// endOf is when a token expires of which its issuer says how long it lives; 0: it does not
// say. That holds whatever this machine's clock shows. The exp of the token is up to a
// second earlier, since it is in whole seconds, but of the issuer's clock: the earlier of
// both holds, unless these are the times of two clocks. The zero time: nothing says.
func endOf(token string, asked time.Time, life time.Duration) time.Time {
	if life <= 0 {
		return webTokenExpiry(token, asked)
	}
	end, exp := asked.Add(life), claimsOf(token).exp()
	if early := end.Sub(exp); early > 0 && early < sameClock {
		return exp
	}
	return end
}
