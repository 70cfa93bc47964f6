package aws

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"
	smithytime "github.com/aws/smithy-go/time"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// An operation is one of a service in the protocol AWS JSON 1.1.
type operation struct {
	service  string // in its host name and in signatures
	target   string // in the header X-Amz-Target
	variable string // of the environment: another endpoint
	action   string // as permissions name it
	open     bool   // it takes no signature
}

// Sources: the API references of the services; AWS SDKs and tools reference guide,
// "Service-specific endpoints".
var (
	getSecretValue = operation{"secretsmanager", "secretsmanager.GetSecretValue", "AWS_ENDPOINT_URL_SECRETS_MANAGER", "secretsmanager:GetSecretValue", false}
	getParameter   = operation{"ssm", "AmazonSSM.GetParameter", "AWS_ENDPOINT_URL_SSM", "ssm:GetParameter", false}
	initiateAuth   = operation{"cognito-idp", "AWSCognitoIdentityProviderService.InitiateAuth", "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", "cognito-idp:InitiateAuth", true}
)

// url is where an operation is asked. Source of the domains: AWS general reference, "Service
// endpoints", and the SDK's partitions.
func (o operation) url(cfg aws.Config) string {
	if address := cmp.Or(os.Getenv(o.variable), aws.ToString(cfg.BaseEndpoint)); address != "" {
		return strings.TrimSuffix(address, "/") + "/"
	}
	return "https://" + o.service + "." + inRegion(cfg.Region) + "/"
}

// inRegion is what host names of services in a region end in.
func inRegion(region string) string {
	switch {
	case strings.HasPrefix(region, "cn-"):
		return region + ".amazonaws.com.cn"
	case strings.HasPrefix(region, "eusc-"):
		return region + ".amazonaws.eu"
	}
	return region + ".amazonaws.com"
}

// ask asks an operation, again where the SDK would. Errors are those of the SDK.
func (o operation) ask(ctx context.Context, cfg aws.Config, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	again := cfg.Retryer()
	for attempt := 1; ; attempt++ {
		err := o.attempt(ctx, cfg, body, out)
		if err == nil || attempt >= again.MaxAttempts() || !again.IsErrorRetryable(err) {
			return err
		}
		pause, undelayed := again.RetryDelay(attempt, err)
		if undelayed != nil || smithytime.SleepWithContext(ctx, pause) != nil {
			return err
		}
	}
}

func (o operation) attempt(ctx context.Context, cfg aws.Config, body []byte, out any) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, o.url(cfg), bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	r.Header.Set("X-Amz-Target", o.target)
	if !o.open {
		keys, err := cfg.Credentials.Retrieve(ctx)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(body)
		if err := v4.NewSigner().SignHTTP(ctx, keys, r, hex.EncodeToString(sum[:]), o.service, cfg.Region, time.Now()); err != nil {
			return err
		}
	}
	response, err := cfg.HTTPClient.Do(r)
	if err != nil {
		return &smithyhttp.RequestSendError{Err: err}
	}
	defer response.Body.Close()
	return readJSON(response, out)
}

// mostBytes bounds what is read: secrets have up to 64 KiB, tokens with many claims some.
const mostBytes = 512 << 10

// readJSON reads a response, or the error that it is.
func readJSON(response *http.Response, out any) error {
	failed := func(err error) error {
		return &awshttp.ResponseError{ResponseError: &smithyhttp.ResponseError{Response: &smithyhttp.Response{Response: response}, Err: err}}
	}
	text, err := io.ReadAll(io.LimitReader(response.Body, mostBytes))
	if err != nil {
		return &smithyhttp.RequestSendError{Err: err}
	}
	var refused struct {
		Type    string `json:"__type"`
		Message string `json:"message"` // or Message: names are read in any case
	}
	if err := json.Unmarshal(text, &refused); err != nil {
		return failed(err)
	}
	if response.StatusCode == http.StatusOK && refused.Type == "" {
		if err := json.Unmarshal(text, out); err != nil {
			return failed(err)
		}
		return nil
	}
	code := refused.Type[strings.LastIndexByte(refused.Type, '#')+1:]
	return failed(&smithy.GenericAPIError{Code: cmp.Or(code, "UnknownError"), Message: refused.Message})
}
