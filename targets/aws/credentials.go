package aws

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/ssocreds"
)

// unconfigured says why the SDK's configuration cannot be used.
func (p Place) unconfigured(err error) error {
	var missing config.SharedConfigProfileNotExistError
	if errors.As(err, &missing) {
		return trouble(err, "there is no AWS profile %q on this machine; %s", missing.Profile, signIn(p.Profile))
	}
	return trouble(err, "the AWS configuration cannot be used: %s; %s", short(err.Error()), signIn(p.Profile))
}

// uncredentialed says why the SDK's chain found no credentials.
func (p Place) uncredentialed(err error) error {
	var session *ssocreds.InvalidTokenError
	switch {
	case errors.As(err, &session):
		return trouble(err, "the AWS IAM Identity Center session has expired or was never begun; %s", signIn(p.Profile))
	case strings.Contains(err.Error(), "no EC2 IMDS role found"): // the last place that the chain looks in
		return trouble(err, "there are no AWS credentials, neither in the environment nor in a profile; %s", signIn(p.Profile))
	default:
		return trouble(err, "there are no AWS credentials: %s; %s", short(err.Error()), signIn(p.Profile))
	}
}

// expired says when credentials were good for the last time.
func (p Place) expired(at time.Time) error {
	return fmt.Errorf("the AWS credentials expired at %s; %s", at.UTC().Format(time.RFC3339), signIn(p.Profile))
}

func trouble(cause error, format string, args ...any) error {
	return &Trouble{text: fmt.Sprintf(format, args...), cause: cause}
}
