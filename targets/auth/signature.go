package auth

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/smithy-go/logging"

	"tollgate/targets"
)

// patience is how long finding credentials may take: an instance's metadata
// service or a sign-in service may have to answer.
const patience = 20 * time.Second

// signatureStamp signs every request anew with SigV4.
func signatureStamp(ctx context.Context, t targets.Target, now func() time.Time) (targets.Stamp, error) {
	if t.Kind.Signing == "" {
		return targets.Stamp{}, fmt.Errorf("%s cannot check AWS signatures; take iam out of its auth", t.Kind.Title)
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	cfg, err := config.LoadDefaultConfig(ctx, config.WithSharedConfigProfile(t.Auth.IAM.Profile), config.WithLogger(logging.Nop{}))
	if err != nil {
		return targets.Stamp{}, fmt.Errorf("the AWS configuration cannot be used: %w; %s", err, wayOut(t.Auth.IAM.Profile))
	}
	region := t.Region
	if region == "" {
		region = cfg.Region
	}
	if region == "" {
		return targets.Stamp{}, errors.New("signing needs a region; give the target one, or set AWS_REGION")
	}
	creds, err := cfg.Credentials.Retrieve(ctx)
	switch {
	case err != nil:
		return targets.Stamp{}, fmt.Errorf("no AWS credentials to sign with: %w; %s", err, wayOut(t.Auth.IAM.Profile))
	case creds.Expired():
		return targets.Stamp{}, fmt.Errorf("the AWS credentials expired at %s; %s", creds.Expires.UTC().Format(time.RFC3339), wayOut(t.Auth.IAM.Profile))
	}
	s := signature{v4.NewSigner(), cfg.Credentials, t.Kind.Signing, region, now}
	return targets.Stamp{Sign: s.sign, PerRequest: true}, nil
}

func wayOut(profile string) string {
	if profile != "" {
		return fmt.Sprintf("run \"aws sso login --profile %s\" or \"aws configure --profile %s\", or name another profile", profile, profile)
	}
	return `set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or sign in with "aws sso login"`
}

// A signature signs requests for one service in one region. It may be used by
// any number of goroutines.
type signature struct {
	signer          *v4.Signer
	credentials     aws.CredentialsProvider // cached, renewed before they expire
	service, region string
	now             func() time.Time
}

// The headers that a signature consists of. Authorization is never signed.
var signatureHeaders = []string{"Authorization", "X-Amz-Date", "X-Amz-Security-Token"}

// sign replaces the signature headers of r.
func (s signature) sign(r *targets.Request) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	creds, err := s.credentials.Retrieve(ctx)
	if err != nil {
		return fmt.Errorf("renew AWS credentials: %w", err)
	}
	for _, name := range signatureHeaders {
		r.Header.Del(name)
	}
	address := *r.URL // the signer sorts the query of its own copy
	request := &http.Request{Method: r.Method, URL: &address, Host: r.Host(), Header: canonical(r.Header), ContentLength: int64(len(r.Body))}
	request.Header.Del("Host")
	hash := sha256.Sum256(r.Body)
	if err := s.signer.SignHTTP(ctx, creds, request, hex.EncodeToString(hash[:]), s.service, s.region, s.now()); err != nil {
		return fmt.Errorf("sign: %w", err)
	}
	for _, name := range signatureHeaders {
		if value := request.Header.Get(name); value != "" {
			r.Header.Set(name, value)
		}
	}
	return nil
}

func canonical(h targets.Header) http.Header {
	c := http.Header{}
	for name, values := range h {
		for _, v := range values {
			c.Add(name, v)
		}
	}
	return c
}
