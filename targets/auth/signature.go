package auth

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/smithy-go/logging"

	"tollgate/targets"
)

// patience is how long finding credentials may take: an instance's metadata
// service or a sign-in service may have to answer.
const patience = 20 * time.Second

// signatureStamp signs every request anew with SigV4.
func signatureStamp(ctx context.Context, t targets.Target) (targets.Stamp, error) {
	if t.Kind.Signing == "" {
		return targets.Stamp{}, fmt.Errorf("%s cannot verify AWS signatures: remove iam from its auth", t.Kind.Title)
	}
	begin, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	wayOut := wayOut(t.Auth.IAM.Profile)
	cfg, err := config.LoadDefaultConfig(begin, config.WithSharedConfigProfile(t.Auth.IAM.Profile), config.WithLogger(logging.Nop{}))
	if err != nil {
		return targets.Stamp{}, fmt.Errorf("the AWS configuration cannot be used: %w; %s", err, wayOut)
	}
	region := t.Region
	if region == "" {
		region = cfg.Region
	}
	if region == "" {
		return targets.Stamp{}, errors.New("signing needs a region; give the target one, or set AWS_REGION")
	}
	keys, err := newKeyring(begin, anew(cfg.Credentials), wayOut)
	if err != nil {
		return targets.Stamp{}, err
	}
	go keys.keep(ctx)
	s := signature{keys, t.Kind.Signing, region, time.Now}
	return targets.Stamp{Sign: s.sign, PerRequest: true, Warnings: keys.list}, nil
}

// anew is a provider without the SDK's cache: the keyring decides when to ask.
func anew(provider aws.CredentialsProvider) fetch {
	return func(ctx context.Context) (aws.Credentials, error) {
		if cache, is := provider.(*aws.CredentialsCache); is {
			cache.Invalidate()
		}
		return provider.Retrieve(ctx)
	}
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
	keys            *keyring
	service, region string
	now             func() time.Time
}

const (
	algorithm = "AWS4-HMAC-SHA256"
	stampForm = "20060102T150405Z"
	hashName  = "X-Amz-Content-Sha256"
)

// sign replaces the signature headers of r.
func (s signature) sign(r *targets.Request) error {
	held, err := s.keys.held()
	if err != nil {
		return err
	}
	at := s.now().UTC().Format(stampForm)
	scope := at[:8] + "/" + s.region + "/" + s.service + "/aws4_request"
	payload, err := payloadHash(r)
	if err != nil {
		return err
	}
	r.Header.Del("Authorization")
	r.Header.Set("X-Amz-Date", at)
	r.Header.Del("X-Amz-Security-Token")
	if held.SessionToken != "" {
		r.Header.Set("X-Amz-Security-Token", held.SessionToken)
	}
	if name := r.Header.Spelt(hashName); name != "" {
		r.Header.Set(name, payload)
	} else if s.service == "lambda" && r.Length() > 0 {
		r.Header.Set(hashName, payload)
	}
	canonical, signed := appendCanonical(make([]byte, 0, 1024), r, payload)
	text := algorithm + "\n" + at + "\n" + scope + "\n" + hashOf(canonical)
	value := hex.EncodeToString(mac(held.key(scope), text))
	r.Header.Set("Authorization", algorithm+" Credential="+held.AccessKeyID+"/"+scope+", SignedHeaders="+signed+", Signature="+value)
	return nil
}

// payloadHash is that of the body. A file's is worked out once, with the first signature.
func payloadHash(r *targets.Request) (string, error) {
	if r.Upload != nil {
		return r.Upload.Digest()
	}
	return hashOf(r.Body), nil
}

func hashOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text)) // a hash takes everything
	return h.Sum(nil)
}
