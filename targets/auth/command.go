package auth

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"tollgate/targets"
	"tollgate/targets/process"
)

// commandSource runs a command for each token. What it writes to standard error is shown
// without the values of variables that hold secrets, and without what looks like one.
func commandSource(c targets.TokenCommand) source {
	return func(ctx context.Context) (Token, error) {
		asked := time.Now()
		out, err := process.Output(ctx, c.Text, c.Dir)
		if err != nil {
			return Token{}, commandError(err)
		}
		first, _, _ := bytes.Cut(out, []byte("\n"))
		t := Token{Value: strings.TrimSpace(string(first))}
		if t.Value == "" {
			return t, errors.New("the first line of its output is empty, and should be the token")
		}
		t.Expires = webTokenExpiry(t.Value, asked)
		if c.Every > 0 {
			t.Renew = asked.Add(c.Every)
		}
		return t, nil
	}
}

// commandError says why a command gave no token.
func commandError(err error) error {
	ending, _ := errors.AsType[*process.Ending](err)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		err = fmt.Errorf("it did not end within %v", patience)
	case ending == nil || ending.Wrote == "":
	default:
		mask := targets.NewMask(targets.SecretVariables(os.Environ())...)
		err = fmt.Errorf("%w; it wrote: %s", err, mask.Text(ending.Wrote))
	}
	return err
}

// webTokenExpiry is when a token expires that is a JSON Web Token and says so; zero: it is
// none, or says nothing. The clock of the issuer may differ from ours: a token that it
// issued just now (iat) is good for no longer than exp - iat from when it was asked for.
// Source: RFC 7519, sections 4.1.4 and 4.1.6.
func webTokenExpiry(token string, asked time.Time) time.Time {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return time.Time{}
	}
	payload, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	if err != nil {
		return time.Time{}
	}
	var claims struct{ Exp, Iat float64 }
	if json.Unmarshal(payload, &claims) != nil || claims.Exp <= 0 || claims.Exp > latestDate {
		return time.Time{}
	}
	expires := time.Unix(int64(claims.Exp), 0)
	if claims.Iat > 0 && claims.Iat < claims.Exp {
		if own := asked.Add(time.Duration((claims.Exp - claims.Iat) * float64(time.Second))); own.Before(expires) {
			return own
		}
	}
	return expires
}

// latestDate is the end of the year 9999 in seconds: a later one is taken for a mistake.
const latestDate = 253402300799
