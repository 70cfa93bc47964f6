package aws

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"time"

	smithytime "github.com/aws/smithy-go/time"
)

// Put writes an object, over one that is there. S3 refuses bytes whose SHA-256 is another
// than sum, in hexadecimal: it is a part of what is signed. An object of more than 5 GB would
// have to be put in parts. Source: Amazon S3 API reference, "PutObject".
func (b *Bucket) Put(ctx context.Context, key string, body io.ReadSeeker, size int64, sum string) error {
	return b.put(ctx, objectCall{key: key, body: body, size: size, sum: sum})
}

// conflicts is how often a new object is put again where S3 says that another request was
// under way for the same key.
const conflicts = 5

// Create writes an object that must not be there, else [ErrObjectExists]: of several who
// create one, exactly one succeeds. Source: Amazon S3 user guide, "How to prevent object
// overwrites with conditional writes", which has 412 for an object that exists, and 409 for
// one that is to be tried again.
func (b *Bucket) Create(ctx context.Context, key string, body []byte) error {
	sum := sha256.Sum256(body)
	c := objectCall{key: key, body: bytes.NewReader(body), size: int64(len(body)), sum: hex.EncodeToString(sum[:]), header: http.Header{"If-None-Match": {"*"}}}
	for attempt := 1; ; attempt++ {
		err := b.put(ctx, c)
		code, _ := codeOf(err)
		if code != "ConditionalRequestConflict" || attempt == conflicts {
			return err
		}
		if stopped := smithytime.SleepWithContext(ctx, time.Duration(attempt)*100*time.Millisecond); stopped != nil {
			return err
		}
	}
}

func (b *Bucket) put(ctx context.Context, c objectCall) error {
	c.method, c.action = http.MethodPut, "s3:PutObject"
	response, err := b.call(ctx, c)
	if err != nil {
		return err
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, mostBytes)) // so that the connection can be used again
	return response.Body.Close()
}

// Date is when S3 answered a request about an object that need not exist, by its own clock,
// to the second.
func (b *Bucket) Date(ctx context.Context, key string) (time.Time, error) {
	c := objectCall{method: http.MethodHead, action: "s3:GetObject", key: key}
	response, _, err := b.attempt(ctx, c, b.region())
	if err != nil {
		refused := responseTo(err)
		if refused == nil {
			return time.Time{}, b.failed(c, err)
		}
		response = refused
	} else {
		_ = response.Body.Close()
	}
	at, failed := http.ParseTime(response.Header.Get("Date"))
	if failed != nil {
		return time.Time{}, fmt.Errorf("s3://%s: its response has no date: %w", b.Name, failed)
	}
	return at, nil
}
