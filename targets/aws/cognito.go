package aws

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/logging"

	"tollgate/targets"
)

// A UserPools signs in to the user pools of Amazon Cognito in one region, or of a lab.
type UserPools struct {
	endpoint Endpoint
	config   aws.Config
}

// OpenUserPools finds the user pools of a target; region may be "". It needs no credentials.
func OpenUserPools(ctx context.Context, t targets.Target, region string) (*UserPools, error) {
	p := &UserPools{endpoint: EndpointOf(t)}
	if p.endpoint.Lab {
		p.config = aws.Config{BaseEndpoint: aws.String(p.endpoint.URL)}
	} else {
		cfg, err := config.LoadDefaultConfig(ctx, config.WithLogger(logging.Nop{}))
		if err != nil {
			return nil, p.endpoint.unconfigured(err)
		}
		p.config = cfg
		p.config.Region = cmp.Or(region, t.Region, cfg.Region)
		p.endpoint.Region = p.config.Region
	}
	if p.config.Region == "" && p.config.BaseEndpoint == nil {
		return nil, errors.New("nothing says in which region the user pool is: give cognito a region, or set AWS_REGION")
	}
	own, is := p.config.HTTPClient.(*awshttp.BuildableClient) // it knows the certificates of AWS_CA_BUNDLE
	if !is {
		own = awshttp.NewBuildableClient()
	}
	p.config.HTTPClient = own.WithTimeout(patience).WithTransportOptions(func(t *http.Transport) { t.DisableKeepAlives = true }) // it is asked once in a while
	p.config.Retryer = retryer(attempts, time.Second)
	return p, nil
}

// String is where they are.
func (p *UserPools) String() string { return initiateAuth.url(p.config) }

// A SignIn is what InitiateAuth is asked.
type SignIn struct {
	AuthFlow, ClientId string
	AuthParameters     map[string]string
}

// SignedIn is what it returns: tokens, or a challenge.
type SignedIn struct {
	ChallengeName        string
	AuthenticationResult struct {
		AccessToken, IdToken, RefreshToken string
		ExpiresIn                          int64
	}
}

// InitiateAuth signs in. Refusals of Cognito are smithy.APIErrors; every other error says
// what to do.
// Source: Amazon Cognito user pools API reference, "InitiateAuth".
func (p *UserPools) InitiateAuth(ctx context.Context, in SignIn) (out SignedIn, err error) {
	err = initiateAuth.ask(ctx, p.config, in, &out)
	if api, is := errors.AsType[smithy.APIError](err); is && api.ErrorCode() != "UnknownError" {
		return out, api
	}
	if err != nil {
		return out, trouble(err, "%s", p.endpoint.Explain(err, initiateAuth.action))
	}
	if out.ChallengeName == "" && out.AuthenticationResult.AccessToken == "" {
		return out, fmt.Errorf("%s answers, but not as Cognito: check the region and AWS_ENDPOINT_URL", p.endpoint.at(initiateAuth.action))
	}
	return out, nil
}
