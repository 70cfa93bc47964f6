package aws

import (
	"cmp"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
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

// emptyHash is the SHA-256 of nothing, which S3 wants in a header.
const emptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

// A Bucket is one of Amazon S3, of which objects are listed and read.
type Bucket struct {
	Name     string
	endpoint Endpoint
	config   aws.Config
}

// OpenBucket finds out who asks. The region is the SDK's, or that which S3 then says the
// bucket is in.
func OpenBucket(ctx context.Context, name string) (*Bucket, error) {
	b := &Bucket{Name: name}
	cfg, err := b.endpoint.Config(ctx, nil)
	if err != nil && cfg.Region == "" {
		b.endpoint.Region = "us-east-1" // which knows where the others' buckets are
		cfg, err = b.endpoint.Config(ctx, nil)
	}
	if err != nil {
		return nil, fmt.Errorf("s3://%s cannot be read: %w", name, err)
	}
	if client, is := cfg.HTTPClient.(*awshttp.BuildableClient); is { // objects may take longer than an answer
		cfg.HTTPClient = client.WithTimeout(0).WithTransportOptions(func(t *http.Transport) { t.ResponseHeaderTimeout = patience })
	}
	b.config, b.endpoint.Region = cfg, cfg.Region
	return b, nil
}

// Keys are those of all objects that begin with a prefix, in their order. Source: Amazon S3
// API reference, "ListObjectsV2".
func (b *Bucket) Keys(ctx context.Context, prefix string) (keys []string, err error) {
	for token := ""; ; {
		query := url.Values{"list-type": {"2"}, "prefix": {prefix}, "encoding-type": {"url"}}
		if token != "" {
			query.Set("continuation-token", token)
		}
		response, err := b.ask(ctx, "s3:ListBucket", "", query)
		if err != nil {
			return nil, err
		}
		var page struct {
			Contents []struct{ Key string }
			Token    string `xml:"NextContinuationToken"`
		}
		err = xml.NewDecoder(response).Decode(&page)
		_ = response.Close()
		if err != nil {
			return nil, fmt.Errorf("s3://%s: the list of its objects cannot be read: %w", b.Name, err)
		}
		for _, one := range page.Contents {
			key, err := url.QueryUnescape(one.Key)
			if err != nil {
				return nil, fmt.Errorf("s3://%s: the list of its objects has a key that cannot be read", b.Name)
			}
			keys = append(keys, key)
		}
		if token = page.Token; token == "" {
			return keys, nil
		}
	}
}

// Open reads an object.
func (b *Bucket) Open(ctx context.Context, key string) (io.ReadCloser, error) {
	return b.ask(ctx, "s3:GetObject", key, nil)
}

// ask sends a GET, again where the SDK would, and where S3 says that the bucket is.
func (b *Bucket) ask(ctx context.Context, action, key string, query url.Values) (io.ReadCloser, error) {
	again, moved := b.config.Retryer(), false
	for attempt := 1; ; attempt++ {
		body, region, err := b.attempt(ctx, key, query)
		if err == nil {
			return body, nil
		}
		if region != "" && region != b.config.Region && !moved {
			b.config.Region, b.endpoint.Region, moved = region, region, true
			continue
		}
		if attempt < again.MaxAttempts() && again.IsErrorRetryable(err) {
			if pause, undelayed := again.RetryDelay(attempt, err); undelayed == nil && smithytime.SleepWithContext(ctx, pause) == nil {
				continue
			}
		}
		if api, is := errors.AsType[smithy.APIError](err); is && (api.ErrorCode() == "NoSuchBucket" || api.ErrorCode() == "NoSuchKey") {
			return nil, fmt.Errorf("s3://%s/%s does not exist (%s)", b.Name, key, api.ErrorCode())
		}
		return nil, trouble(err, "s3://%s/%s cannot be read: %s", b.Name, key, b.endpoint.Explain(err, action))
	}
}

// attempt returns the region that the bucket is in, where S3 says it.
func (b *Bucket) attempt(ctx context.Context, key string, query url.Values) (io.ReadCloser, string, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, b.url(key, query), nil)
	if err != nil {
		return nil, "", err
	}
	r.Header.Set("X-Amz-Content-Sha256", emptyHash)
	keys, err := b.config.Credentials.Retrieve(ctx)
	if err != nil {
		return nil, "", err
	}
	plain := func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true } // S3 signs paths as they are sent
	if err := v4.NewSigner(plain).SignHTTP(ctx, keys, r, emptyHash, "s3", b.config.Region, time.Now()); err != nil {
		return nil, "", err
	}
	response, err := b.config.HTTPClient.Do(r)
	if err != nil {
		return nil, "", &smithyhttp.RequestSendError{Err: err}
	}
	if response.StatusCode == http.StatusOK {
		return response.Body, "", nil
	}
	defer response.Body.Close()
	var refused struct{ Code, Message string }
	text, _ := io.ReadAll(io.LimitReader(response.Body, mostBytes))
	if err := xml.Unmarshal(text, &refused); err != nil && len(text) > 0 {
		refused.Message = "its answer is no XML"
	}
	failure := &smithy.GenericAPIError{Code: cmp.Or(refused.Code, fmt.Sprintf("HTTP%d", response.StatusCode)), Message: refused.Message}
	return nil, response.Header.Get("X-Amz-Bucket-Region"), &awshttp.ResponseError{ResponseError: &smithyhttp.ResponseError{Response: &smithyhttp.Response{Response: response}, Err: failure}}
}

// url is the address of an object, or of the bucket. A bucket is a part of the host's name,
// unless that would be none for a certificate, or another endpoint is asked. Source: Amazon
// S3 user guide, "Virtual hosting of general purpose buckets".
func (b *Bucket) url(key string, query url.Values) string {
	address := cmp.Or(os.Getenv("AWS_ENDPOINT_URL_S3"), aws.ToString(b.config.BaseEndpoint))
	path := "/" + escapeKey(key)
	switch host := "s3." + inRegion(b.config.Region); {
	case address != "":
		address, path = strings.TrimSuffix(address, "/"), "/"+b.Name+path
	case strings.Contains(b.Name, "."):
		address, path = "https://"+host, "/"+b.Name+path
	default:
		address = "https://" + b.Name + "." + host
	}
	if len(query) > 0 {
		path += "?" + strings.ReplaceAll(query.Encode(), "+", "%20")
	}
	return address + path
}

// escapeKey escapes all but the characters that S3 signs as they are.
func escapeKey(key string) string {
	var b strings.Builder
	for _, c := range []byte(key) {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-_.~/", c) >= 0 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}
