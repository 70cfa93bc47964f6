package auth

import (
	"bytes"
	"context"
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
