package account

import (
	"errors"
	"fmt"
	"strings"

	"github.com/aws/smithy-go"
)

const again = "then run \"tollgate observe\" on the recorded run"

// SignIn says how credentials are had.
func SignIn(profile string) string { return signIn(profile) + ", " + again }

func signIn(profile string) string {
	if profile != "" {
		return fmt.Sprintf("sign in with \"aws sso login --profile %s\" or \"aws configure --profile %s\"", profile, profile)
	}
	return "set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or sign in with \"aws sso login\""
}

// Explain says why a place refused an action on its metrics, such as
// "cloudwatch:GetMetricData", and what to do about it.
func (p Place) Explain(err error, action string) string {
	return p.explain(p.String(), err, action) + ", " + again
}

// explain is Explain for any of the services, without what to do then: what was
// asked for a probe is not asked again for a recorded run.
func (p Place) explain(service string, err error, action string) string {
	var api smithy.APIError
	if !errors.As(err, &api) {
		return fmt.Sprintf("%s cannot be reached: %v; check the network, the region and AWS_ENDPOINT_URL", service, innermost(err))
	}
	switch code := api.ErrorCode(); code {
	case "AccessDenied", "AccessDeniedException", "UnauthorizedOperation":
		verb := "read"
		if strings.Contains(action, ":Update") {
			verb = "changed"
		}
		return fmt.Sprintf("%s may not be %s: %s; allow these credentials the action %s", service, verb, short(api.ErrorMessage()), action)
	case "ExpiredToken", "ExpiredTokenException", "RequestExpired":
		return fmt.Sprintf("%s: the AWS credentials have expired; %s", service, signIn(p.Profile))
	case "InvalidClientTokenId", "UnrecognizedClientException", "SignatureDoesNotMatch", "InvalidSignatureException", "IncompleteSignature", "MissingAuthenticationToken":
		// The message may repeat what was signed, session token and all.
		return fmt.Sprintf("%s does not accept the AWS credentials (%s); %s", service, code, signIn(p.Profile))
	case "Throttling", "ThrottlingException", "RequestLimitExceeded":
		return fmt.Sprintf("%s kept throttling (%s); wait a few minutes", service, code)
	default:
		return fmt.Sprintf("%s answered %s: %s; wait a few minutes", service, code, short(api.ErrorMessage()))
	}
}

// services are what people call the services whose actions begin so.
var services = map[string]string{"logs": "CloudWatch Logs", "lambda": "Lambda", "apigateway": "API Gateway", "xray": "X-Ray"}

// at is a service at this place, as messages name it.
func (p Place) at(action string) string {
	prefix, _, _ := strings.Cut(action, ":")
	name := services[prefix]
	switch {
	case p.Endpoint != "":
		return name + " at " + p.Endpoint
	case p.Region != "":
		return name + " in " + p.Region
	}
	return name
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
