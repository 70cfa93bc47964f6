package aws

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/smithy-go"
)

func signIn(profile string) string {
	if profile != "" {
		return fmt.Sprintf("sign in with \"aws sso login --profile %s\" or \"aws configure --profile %s\"", profile, profile)
	}
	return "set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or sign in with \"aws sso login\""
}

// Explain says why an action at a endpoint failed, such as
// "cloudwatch:GetMetricData", and what to do about it.
func (e Endpoint) Explain(err error, action string) string {
	service, name := e.at(action), serviceOf(action)
	if errors.Is(err, context.Canceled) {
		return service + " was still being read when it was interrupted"
	}
	if what := notTheService(err); what != "" {
		if responseTo(err).StatusCode == http.StatusTooManyRequests {
			return fmt.Sprintf("%s kept throttling (%s): wait a few minutes; if it goes on, check whether a proxy answers in its place", service, what)
		}
		text := fmt.Sprintf("%s answers, but not as %s (%s): check AWS_ENDPOINT_URL, the region, and whether a proxy answers in its place", service, name, what)
		if askedInCBOR(err) {
			text += fmt.Sprintf("; %s is asked in Smithy RPC v2 CBOR, as current AWS SDKs do, which older emulators do not understand", name)
		}
		return text
	}
	var api smithy.APIError
	if !errors.As(err, &api) {
		return service + " " + unreached(err)
	}
	return service + " " + e.refusal(err, api, action)
}

// refusal says what an error of a service's own means.
func (e Endpoint) refusal(err error, api smithy.APIError, action string) string {
	code, message := api.ErrorCode(), api.ErrorMessage()
	switch {
	case slices.Contains(clockCodes, code) || clockMessage.MatchString(message):
		return fmt.Sprintf("refuses the time of the signature (%s)%s: set this machine's clock", code, skewOf(err))
	case slices.Contains(deniedCodes, code):
		return denied(message, action)
	case slices.Contains(expiredCodes, code):
		return "says that the AWS credentials have expired: " + signIn(e.Profile)
	case slices.Contains(credentialCodes, code):
		// The message may repeat what was signed, session token and all.
		return fmt.Sprintf("does not accept the AWS credentials (%s): %s%s", code, signIn(e.Profile), e.optIn(code))
	case slices.Contains(throttlingCodes, code):
		return fmt.Sprintf("kept throttling (%s): wait a few minutes", code)
	case isMissing(err):
		return fmt.Sprintf("answered %s: %s; check the name, the region and the account", code, short(message))
	default:
		return fmt.Sprintf("answered %s: %s; wait a few minutes", code, short(message))
	}
}

// denied says which permission is missing. AWS's own message names the action
// where it is another than the one that was called.
func denied(message, action string) string {
	verb := "read"
	if strings.Contains(action, ":Update") || strings.Contains(action, ":DELETE") {
		verb = "changed"
	}
	if strings.Contains(action, ":Put") {
		verb = "written"
	}
	action = missingAction(message, action)
	way := "allow these credentials the action " + action
	if strings.Contains(message, "explicit deny") {
		way = "a policy denies the action " + action + " explicitly: use other credentials, or change that policy"
	}
	return fmt.Sprintf("may not be %s: %s; %s", verb, short(message), way)
}

// missingAction is the action that a message of AWS says is missing, as far as it does.
func missingAction(message, asked string) string {
	if keyDenied.MatchString(message) {
		return "kms:Decrypt, with the key that encrypts it"
	}
	if m := performing.FindStringSubmatch(message); m != nil && !strings.HasPrefix(asked, "apigateway:") {
		return m[1]
	}
	return asked
}

// codeOf is the code of a service's own error, and its text; "" for another one.
func codeOf(err error) (code, message string) {
	if api, is := errors.AsType[smithy.APIError](err); is {
		return api.ErrorCode(), api.ErrorMessage()
	}
	return "", ""
}

func isDenied(code string) bool { return slices.Contains(deniedCodes, code) }

// performing finds the action in a message of AWS.
// Source: IAM user guide, "Troubleshoot access denied error messages".
var performing = regexp.MustCompile(`not authorized to perform: ([a-z0-9-]+:[A-Za-z]+)`)

// keyDenied recognises that what is kept may be read, but not be decrypted.
// Source: Secrets Manager user guide, "Troubleshooting".
var keyDenied = regexp.MustCompile(`^Access to KMS is not allowed`)

// optIn names the other reason why AWS does not know a key: regions that an
// account has to enable first do not know it before.
// Source: AWS account management guide, "Enable or disable AWS Regions".
func (e Endpoint) optIn(code string) string {
	if e.Lab || e.Region == "" || code == "SignatureDoesNotMatch" || code == "InvalidSignatureException" {
		return ""
	}
	return fmt.Sprintf(", or enable the region %s for the account", e.Region)
}

// The codes of one meaning; the services spell them differently.
// Sources: CloudWatch, CloudWatch Logs, Lambda, API Gateway, X-Ray and CloudFormation API
// references, "Common Errors"; retry.DefaultThrottleErrorCodes of the SDK.
var (
	deniedCodes     = []string{"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "NotAuthorized", "UnauthorizedException"}
	expiredCodes    = []string{"ExpiredToken", "ExpiredTokenException"}
	credentialCodes = []string{"InvalidClientTokenId", "InvalidAccessKeyId", "UnrecognizedClientException", "SignatureDoesNotMatch", "InvalidSignatureException", "IncompleteSignature", "IncompleteSignatureException", "MissingAuthenticationToken", "MissingAuthenticationTokenException", "OptInRequired", "NotSignedUp"}
	throttlingCodes = []string{"Throttling", "ThrottlingException", "ThrottledException", "RequestLimitExceeded", "RequestThrottled", "TooManyRequestsException", "LimitExceededException", "RequestThrottledException"}
	clockCodes      = []string{"RequestExpired", "RequestTimeTooSkewed", "RequestInTheFuture"}
	clockMessage    = regexp.MustCompile(`^Signature (expired|not yet current)`)
)

// services are what people call the services whose actions begin so.
var services = map[string]string{"cloudwatch": "CloudWatch", "logs": "CloudWatch Logs", "lambda": "Lambda", "apigateway": "API Gateway", "xray": "X-Ray", "cloudformation": "CloudFormation", "elasticloadbalancing": "Elastic Load Balancing", "secretsmanager": "Secrets Manager", "ssm": "Systems Manager", "cognito-idp": "Cognito", "s3": "S3", "sts": "AWS STS"}

func serviceOf(action string) string {
	prefix, _, _ := strings.Cut(action, ":")
	return services[prefix]
}

// at is the service of an action at this endpoint, as messages name it.
func (e Endpoint) at(action string) string {
	switch name := serviceOf(action); {
	case e.URL != "":
		return name + " at " + e.URL
	case e.Region != "":
		return name + " in " + e.Region
	default:
		return name
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

// Unanswered says that no service answered: nothing did, or something else in its place.
func Unanswered(err error) bool {
	_, asked := errors.AsType[*Trouble](err)
	code, _ := codeOf(err)
	return asked && (code == "" && responseTo(err) == nil || notTheService(err) != "")
}

// Uncredentialed says that every request of these credentials would fail as one did.
func Uncredentialed(err error) bool {
	code, message := codeOf(err)
	return slices.Contains(expiredCodes, code) || slices.Contains(credentialCodes, code) && !clockMessage.MatchString(message)
}
