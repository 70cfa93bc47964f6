package account

import (
	"errors"
	"fmt"
	"strings"

	"github.com/aws/smithy-go"
)

const again = "then run \"tollgate observe\" on the recorded run"

// SignIn says how credentials are had.
func SignIn(profile string) string {
	if profile != "" {
		return fmt.Sprintf("sign in with \"aws sso login --profile %s\" or \"aws configure --profile %s\", %s", profile, profile, again)
	}
	return "set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or sign in with \"aws sso login\", " + again
}

// Explain says why a place refused an action, such as
// "cloudwatch:GetMetricData", and what to do about it.
func (p Place) Explain(err error, action string) string {
	var api smithy.APIError
	if !errors.As(err, &api) {
		return fmt.Sprintf("%s cannot be reached: %v; check the network, the region and AWS_ENDPOINT_URL, %s", p, innermost(err), again)
	}
	switch code := api.ErrorCode(); code {
	case "AccessDenied", "AccessDeniedException", "UnauthorizedOperation":
		return fmt.Sprintf("%s may not be read: %s; allow these credentials the action %s, %s", p, short(api.ErrorMessage()), action, again)
	case "ExpiredToken", "ExpiredTokenException", "RequestExpired":
		return fmt.Sprintf("%s: the AWS credentials have expired; %s", p, SignIn(p.Profile))
	case "InvalidClientTokenId", "UnrecognizedClientException", "SignatureDoesNotMatch", "InvalidSignatureException", "IncompleteSignature", "MissingAuthenticationToken":
		// The message may repeat what was signed, session token and all.
		return fmt.Sprintf("%s does not accept the AWS credentials (%s); %s", p, code, SignIn(p.Profile))
	case "Throttling", "ThrottlingException", "RequestLimitExceeded":
		return fmt.Sprintf("%s kept throttling (%s); wait a few minutes, %s", p, code, again)
	default:
		return fmt.Sprintf("%s answered %s: %s; wait a few minutes, %s", p, code, short(api.ErrorMessage()), again)
	}
}

// innermost takes the SDK's wrapping off a network error.
func innermost(err error) error {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err
		}
		err = inner
	}
}

// short keeps a message from AWS to one line that fits a report.
func short(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > 300 {
		s = string(r[:300]) + "…"
	}
	return s
}
