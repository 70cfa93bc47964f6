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
		err = &wrote{err, mask.Text(ending.Wrote)}
	}
	return err
}

// wrote is an error with what a command wrote to its standard error. That is for people
// who look on: it may hold secrets that are not known here, as what a shell traces does,
// so no file gets it.
type wrote struct {
	error
	text string
}

func (w *wrote) Error() string { return w.error.Error() + "; it wrote: " + w.text }

func (w *wrote) Unwrap() error { return w.error }

// recordable is err without what no file gets.
func recordable(err error) error {
	if w, is := errors.AsType[*wrote](err); is {
		return fmt.Errorf("%w; what it wrote is not recorded, because it may hold secrets", w.error)
	}
	return err
}
