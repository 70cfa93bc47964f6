package aws

import (
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
)

// sessionName is what the role's account sees in its trail.
const sessionName = "tollgate"

// assume has the credentials of cfg assume the endpoint's role, and renews the session before
// it ends.
func (e Endpoint) assume(cfg *aws.Config) {
	if e.Role == "" {
		return
	}
	cfg.Credentials = aws.NewCredentialsCache(stscreds.NewAssumeRoleProvider(sts.NewFromConfig(*cfg), e.Role, func(o *stscreds.AssumeRoleOptions) {
		o.RoleSessionName = sessionName
		if e.ForRole != "" {
			o.ExternalID = aws.String(e.ForRole)
		}
	}))
}

// unauthorized says why there are no credentials: of the chain, or of the role.
func (e Endpoint) unauthorized(err error) error {
	operation, ofRole := errors.AsType[*smithy.OperationError](err)
	if e.Role == "" || !ofRole || operation.Operation() != "AssumeRole" {
		return e.uncredentialed(err)
	}
	if _, none := errors.AsType[*smithy.OperationError](operation.Err); none { // of the credentials that assume
		return e.uncredentialed(err)
	}
	if refused, is := errors.AsType[smithy.APIError](err); is && refused.ErrorCode() == "AccessDenied" {
		way := "allow these credentials sts:AssumeRole on it, and name them in its trust policy"
		if e.ForRole == "" {
			way += "; if that policy asks for an external id, write external_id at the target"
		}
		return trouble(err, "the role %s may not be assumed: %s; %s", e.Role, short(refused.ErrorMessage()), way)
	}
	return trouble(err, "the role %s cannot be assumed: %s", e.Role, e.Explain(err, "sts:AssumeRole"))
}
