package aws

import (
	"context"
	"regexp"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// A Caller is who asks AWS, by which credentials, and how far the clocks are apart.
type Caller struct {
	Account string    // its number
	ARN     string    // of the user or the session
	Source  string    // of the credentials, for people
	Expires time.Time // zero: they last
	Region  string

	Ahead   time.Duration // this machine's clock, before that of AWS
	Clocked bool          // that is known
}

// Partition is that of the account, such as "aws".
func (c Caller) Partition() string {
	if parts := strings.Split(c.ARN, ":"); len(parts) > 1 && parts[1] != "" {
		return parts[1]
	}
	return "aws"
}

// Caller asks who the credentials belong to, which needs no permission. What is known without an
// answer, as the source of the credentials, is returned with the error.
// Source: AWS Security Token Service API reference, "GetCallerIdentity".
func (a *Account) Caller(ctx context.Context) (c Caller, err error) {
	c.Region = a.config.Region
	keys, err := a.config.Credentials.Retrieve(ctx)
	if err != nil {
		return c, a.endpoint.uncredentialed(err)
	}
	c.Source = sourceOf(keys.Source, a.endpoint)
	if keys.CanExpire {
		c.Expires = keys.Expires
	}
	out, err := sts.NewFromConfig(a.config).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		if off, known := clockOf(err); known && notTheService(err) == "" {
			c.Ahead, c.Clocked = off, true
		}
		return c, a.trouble(err, "sts:GetCallerIdentity")
	}
	c.Account, c.ARN = aws.ToString(out.Account), aws.ToString(out.Arn)
	answered, has := awsmiddleware.GetServerTime(out.ResultMetadata)
	came, timed := awsmiddleware.GetResponseAt(out.ResultMetadata)
	if has && timed {
		c.Ahead, c.Clocked = came.Sub(answered).Truncate(time.Second), true // Date has whole seconds
	}
	return c, nil
}

// sources are what the SDK calls the places of credentials, as people call them. What follows a
// colon there is a file.
var sources = map[string]string{
	"EnvConfigCredentials":        "the variables AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
	"SharedConfigCredentials":     "the profile's access keys in",
	"SSOProvider":                 "IAM Identity Center, by aws sso login",
	"AssumeRoleProvider":          "a role that the profile assumes",
	"WebIdentityCredentials":      "a role by a web identity token (AWS_WEB_IDENTITY_TOKEN_FILE)",
	"ProcessProvider":             "the profile's credential_process",
	"EC2RoleProvider":             "the role of this EC2 instance",
	"CredentialsEndpointProvider": "the role of this container",
	"LoginProvider":               "aws login",
}

func sourceOf(name string, e Endpoint) string {
	if e.Lab {
		return "the keys of the lab"
	}
	kind, file, _ := strings.Cut(name, ": ")
	text, known := sources[kind]
	switch {
	case !known:
		return "the SDK's " + short(name)
	case file != "":
		text += " " + file
	}
	if e.Profile != "" {
		text += ", profile " + e.Profile
	}
	return text
}

// ClockSkew is how far a signature's time may be from AWS's. Source: IAM user guide,
// "Signature Version 4 troubleshooting".
const ClockSkew = 5 * time.Minute

// A Denial is a permission that is missing.
type Denial struct {
	Action   string
	Resource string // as far as AWS says it
	Explicit bool   // a policy denies it, and not only allows it nowhere
}

// deniedOn finds the resource in a message of AWS. Source: see performing.
var deniedOn = regexp.MustCompile(`on resource: (arn:\S+)`)

// Denied says that an error is about a missing permission, and which. Asked is the action that
// was asked for.
func Denied(err error, asked string) (d Denial, is bool) {
	code, message := codeOf(err)
	if !isDenied(code) {
		return d, false
	}
	d = Denial{Action: missingAction(message, asked), Explicit: strings.Contains(message, "explicit deny")}
	if m := deniedOn.FindStringSubmatch(message); m != nil {
		d.Resource = m[1]
	}
	return d, true
}
