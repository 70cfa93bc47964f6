package auth

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/smithy-go/logging"

	"tollgate/targets"
)

// Credentials sign, with the key that was derived of them last.
type credentials struct {
	aws.Credentials
	derived atomic.Pointer[derived]
}

type derived struct {
	scope string
	key   []byte
}

// signatureStamp signs every request anew with SigV4.
func (i *Issuer) signatureStamp(ctx context.Context, t targets.Target) (targets.Stamp, error) {
	if t.Kind.Signing == "" {
		return targets.Stamp{}, fmt.Errorf("%s cannot verify AWS signatures: remove iam from its auth", t.Kind.Title)
	}
	region, err := t.Region, error(nil)
	if region == "" {
		region, err = defaultRegion(ctx, t.Auth.IAM.Profile)
	}
	if err != nil {
		return targets.Stamp{}, err
	}
	keys, err := shared(ctx, i, *t.Auth.IAM, func() (*keyring[*credentials], error) { return credentialsOf(ctx, t.Auth.IAM.Profile) })
	if err != nil {
		return targets.Stamp{}, err
	}
	if t.MultiRegion() {
		return targets.Stamp{}, errors.New("an endpoint in several regions verifies signatures of SigV4a, which are not made here: send to its endpoint in one region, or let the application check who asks (authType ApplicationManaged)")
	}
	s := signature{keys: keys, service: t.SigningName(), region: region, now: time.Now, hashesEmpty: t.Kind.HashesEmpty}
	return targets.Stamp{Sign: s.sign, PerRequest: true, Keyring: keys}, nil
}

// credentialsOf opens a keyring with the credentials of a profile.
func credentialsOf(ctx context.Context, profile string) (*keyring[*credentials], error) {
	cfg, err := configOf(ctx, profile)
	if err != nil {
		return nil, err
	}
	return newKeyring(ctx, anew(cfg.Credentials), subject{"the AWS credentials", "no AWS credentials to sign with", wayOut(profile)})
}

func configOf(ctx context.Context, profile string) (aws.Config, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	cfg, err := config.LoadDefaultConfig(ctx, config.WithSharedConfigProfile(profile), config.WithLogger(logging.Nop{}))
	if err != nil {
		return cfg, fmt.Errorf("the AWS configuration cannot be used: %w; %s", err, wayOut(profile))
	}
	return cfg, nil
}

func defaultRegion(ctx context.Context, profile string) (string, error) {
	cfg, err := configOf(ctx, profile)
	if err == nil && cfg.Region == "" {
		err = errors.New("signing needs a region; give the target one, or set AWS_REGION")
	}
	return cfg.Region, err
}

// anew is a provider without the SDK's cache: the keyring decides when to ask.
func anew(provider aws.CredentialsProvider) fetch[*credentials] {
	return func(ctx context.Context) (grant[*credentials], error) {
		asked := time.Now()
		if cache, is := provider.(*aws.CredentialsCache); is {
			cache.Invalidate()
		}
		got, err := provider.Retrieve(ctx)
		if err != nil {
			return grant[*credentials]{}, err
		}
		var expires time.Time
		if got.CanExpire {
			expires = got.Expires
		}
		return granted(&credentials{Credentials: got}, []string{got.SecretAccessKey, got.SessionToken}, asked, expires, time.Time{}), nil
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
	keys            *keyring[*credentials]
	service, region string
	now             func() time.Time
	hashesEmpty     bool // of a body, in a header
}

const (
	algorithm = "AWS4-HMAC-SHA256"
	stampForm = "20060102T150405Z"
	hashName  = "X-Amz-Content-Sha256"
)

// sign replaces the signature headers of r.
func (s signature) sign(r *targets.Request) error {
	g, err := s.keys.held()
	if err != nil {
		return err
	}
	held := g.value
	r.Until = g.until
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
	} else if s.hashesEmpty || s.service == "lambda" && r.Length() > 0 {
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

// key derives the key for a scope, "date/region/service/aws4_request", once.
func (c *credentials) key(scope string) []byte {
	if d := c.derived.Load(); d != nil && d.scope == scope {
		return d.key
	}
	key := []byte("AWS4" + c.SecretAccessKey)
	for part := range strings.SplitSeq(scope, "/") {
		key = mac(key, part)
	}
	c.derived.Store(&derived{scope, key})
	return key
}
