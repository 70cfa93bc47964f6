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
	"sync"
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

// What may be wrong with an object that is asked for, or written as a new one.
var (
	ErrNoObject     = errors.New("the object does not exist")
	ErrObjectExists = errors.New("the object exists already")
)

// A Bucket is one of Amazon S3, whose objects are listed, read and written. It may be used
// by any number of goroutines.
type Bucket struct {
	Name     string
	endpoint Endpoint
	config   aws.Config

	mu sync.Mutex
	at string // the region that the bucket is in, as far as is known
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
	b.config, b.at = cfg, cfg.Region
	return b, nil
}

// An Object is one of a bucket, as a list has it.
type Object struct {
	Key      string
	Size     int64
	Modified time.Time // by the clock of S3, to the second
}

// Keys are those of all objects that begin with a prefix, in their order.
func (b *Bucket) Keys(ctx context.Context, prefix string) (keys []string, err error) {
	objects, err := b.List(ctx, prefix)
	for _, o := range objects {
		keys = append(keys, o.Key)
	}
	return keys, err
}

// mostPage bounds a page of a list: 1,000 keys of 1,024 bytes, each escaped, with what
// stands around them.
const mostPage = 16 << 20

// List lists all objects whose keys begin with a prefix, in their order. Source: Amazon S3
// API reference, "ListObjectsV2".
func (b *Bucket) List(ctx context.Context, prefix string) (objects []Object, err error) {
	for token := ""; ; {
		query := url.Values{"list-type": {"2"}, "prefix": {prefix}, "encoding-type": {"url"}}
		if token != "" {
			query.Set("continuation-token", token)
		}
		response, err := b.call(ctx, objectCall{method: http.MethodGet, action: "s3:ListBucket", query: query})
		if err != nil {
			return nil, err
		}
		var page struct {
			Contents []struct {
				Key          string
				Size         int64
				LastModified time.Time
			}
			Token string `xml:"NextContinuationToken"`
		}
		err = xml.NewDecoder(io.LimitReader(response.Body, mostPage)).Decode(&page)
		_ = response.Body.Close()
		if err != nil {
			return nil, fmt.Errorf("s3://%s: the list of its objects cannot be read: %w", b.Name, err)
		}
		for _, one := range page.Contents {
			key, err := url.QueryUnescape(one.Key)
			if err != nil {
				return nil, fmt.Errorf("s3://%s: the list of its objects has a key that cannot be read", b.Name)
			}
			objects = append(objects, Object{key, one.Size, one.LastModified})
		}
		if page.Token == "" || page.Token == token { // a page that leads to itself would never end
			return objects, nil
		}
		token = page.Token
	}
}

// Open reads an object. One that does not exist is [ErrNoObject].
func (b *Bucket) Open(ctx context.Context, key string) (io.ReadCloser, error) {
	response, err := b.call(ctx, objectCall{method: http.MethodGet, action: "s3:GetObject", key: key})
	if err != nil {
		return nil, err
	}
	return response.Body, nil
}

// An objectCall is a request about an object, or about the bucket.
type objectCall struct {
	method, action, key string
	query               url.Values
	header              http.Header
	body                io.ReadSeeker // nil: none
	size                int64
	sum                 string // SHA-256 of the body
}

// done says what cannot be done to an object if the call fails.
func (c objectCall) done() string {
	if c.method == http.MethodPut {
		return "written"
	}
	return "read"
}

// call sends a request, again where the SDK would, and where S3 says that the bucket is.
func (b *Bucket) call(ctx context.Context, c objectCall) (*http.Response, error) {
	again, moved := b.config.Retryer(), false
	for attempt := 1; ; attempt++ {
		region := b.region()
		response, there, err := b.attempt(ctx, c, region)
		if err == nil {
			return response, nil
		}
		if there != "" && there != region && !moved {
			b.move(there)
			moved = true
			continue
		}
		if attempt < again.MaxAttempts() && again.IsErrorRetryable(err) {
			if pause, undelayed := again.RetryDelay(attempt, err); undelayed == nil && smithytime.SleepWithContext(ctx, pause) == nil {
				continue
			}
		}
		return nil, b.failed(c, err)
	}
}

// failed says what went wrong with a call, for people and for errors.Is.
func (b *Bucket) failed(c objectCall, err error) error {
	code, _ := codeOf(err)
	switch code {
	case "NoSuchKey":
		return trouble(errors.Join(ErrNoObject, err), "s3://%s/%s does not exist (%s)", b.Name, c.key, code)
	case "NoSuchBucket":
		return trouble(err, "s3://%s/%s does not exist (%s)", b.Name, c.key, code)
	case "PreconditionFailed":
		return trouble(errors.Join(ErrObjectExists, err), "s3://%s/%s exists already", b.Name, c.key)
	}
	endpoint := b.endpoint
	endpoint.Region = b.region()
	return trouble(err, "s3://%s/%s cannot be %s: %s", b.Name, c.key, c.done(), endpoint.Explain(err, c.action))
}

// region is where the bucket is, as far as is known.
func (b *Bucket) region() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.at
}

func (b *Bucket) move(region string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.at = region
}

// attempt sends a request once. It returns the region that the bucket is in, where S3 says it.
func (b *Bucket) attempt(ctx context.Context, c objectCall, region string) (*http.Response, string, error) {
	r, err := http.NewRequestWithContext(ctx, c.method, b.url(region, c.key, c.query), nil)
	if err != nil {
		return nil, "", err
	}
	sum := emptyHash
	if c.body != nil {
		if _, err := c.body.Seek(0, io.SeekStart); err != nil {
			return nil, "", err
		}
		sum = c.sum
		r.ContentLength = c.size
		if r.Body = http.NoBody; c.size > 0 {
			r.Body = io.NopCloser(c.body)
		}
	}
	for name, values := range c.header {
		r.Header[name] = values
	}
	r.Header.Set("X-Amz-Content-Sha256", sum)
	keys, err := b.config.Credentials.Retrieve(ctx)
	if err != nil {
		return nil, "", err
	}
	plain := func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true } // S3 signs paths as they are sent
	if err := v4.NewSigner(plain).SignHTTP(ctx, keys, r, sum, "s3", region, time.Now()); err != nil {
		return nil, "", err
	}
	response, err := b.config.HTTPClient.Do(r)
	if err != nil {
		return nil, "", &smithyhttp.RequestSendError{Err: err}
	}
	if response.StatusCode == http.StatusOK {
		return response, "", nil
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
func (b *Bucket) url(region, key string, query url.Values) string {
	address := cmp.Or(os.Getenv("AWS_ENDPOINT_URL_S3"), aws.ToString(b.config.BaseEndpoint))
	path := "/" + escapeKey(key)
	switch host := "s3." + inRegion(region); {
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
