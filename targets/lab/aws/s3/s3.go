// Package s3 plays a bucket of Amazon S3, as far as applications have their clients put
// objects into one: an address signed for a while, and a PUT to it.
//
// What it sends back is what S3 documents, in the same XML: an address that has expired or is
// signed wrongly is refused with 403, and says what was signed. Objects are counted and not
// kept, so that a long load does not fill the memory. A client may put an object as often as
// it likes while its address is good.
//
// Objects that are there to be read, such as access logs, are the files of folders (see
// [Folders]): these buckets are listed and read only.
//
// Rejected: github.com/versity/versitygw and other servers of S3, which are large programs of
// their own.
//
// Source: Amazon S3 API reference, "PutObject", "Error responses" and "Authenticating
// Requests: Using Query Parameters (AWS Signature Version 4)".
package s3

import (
	"crypto/md5" //nolint:gosec // an ETag is one
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"tollgate/targets/lab/aws/sigv4"
)

const service = "s3"

// Truth is what really happened at a bucket.
type Truth struct {
	Put      int64 `json:"objects_put"`
	Bytes    int64 `json:"bytes"` // of these
	Expired  int64 `json:"refused_expired"`
	Mismatch int64 `json:"refused_signature"`
	Refused  int64 `json:"refused_otherwise"`
}

// A Bucket takes objects. Its URL is set before it serves.
type Bucket struct {
	Name   string
	Region string
	URL    *url.URL // of the host
	Keys   sigv4.Keys
	Signer string // the access key id that addresses are signed with

	mu    sync.Mutex
	truth Truth
	put   map[string]int64 // objects by what their keys begin with, up to the first slash
}

// Presign is the address at which an object may be put for a while from now on.
func (b *Bucket) Presign(key string, now time.Time, life time.Duration) string {
	u := *b.URL
	u.Path = "/" + b.Name + "/" + key
	u.RawQuery = b.Keys.Presign(&http.Request{Method: http.MethodPut, URL: &u, Host: u.Host}, b.Signer, b.Region, service, now, life)
	return u.String()
}

// Truth is what has happened so far.
func (b *Bucket) Truth() Truth {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.truth
}

// Put is how many objects were put whose keys begin with a folder.
func (b *Bucket) Put(folder string) int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.put[folder]
}

// A refusal is an error response of S3.
type refusal struct {
	XMLName xml.Name `xml:"Error"`
	status  int
	count   func(*Truth)

	Code      string
	Message   string
	KeyID     string `xml:"AWSAccessKeyId,omitempty"`
	Text      string `xml:"StringToSign,omitempty"`
	Signature string `xml:"SignatureProvided,omitempty"`
	Canonical string `xml:"CanonicalRequest,omitempty"`
	Expires   string `xml:",omitempty"`
	Server    string `xml:"ServerTime,omitempty"`
	RequestID string `xml:"RequestId"`
	HostID    string `xml:"HostId"`
}

func otherwise(t *Truth) { t.Refused++ }

// refused is how S3 answers what is wrong with a signature.
func refused(err error, p sigv4.Presigned, now time.Time) *refusal {
	switch {
	case errors.Is(err, sigv4.ErrMissing):
		return &refusal{status: http.StatusForbidden, count: otherwise, Code: "AccessDenied", Message: "Access Denied"}
	case errors.Is(err, sigv4.ErrParameters):
		return &refusal{status: http.StatusBadRequest, count: otherwise, Code: "AuthorizationQueryParametersError", Message: err.Error()}
	case errors.Is(err, sigv4.ErrUnknown):
		return &refusal{status: http.StatusForbidden, count: otherwise, Code: "InvalidAccessKeyId", Message: "The AWS Access Key Id you provided does not exist in our records.", KeyID: p.ID}
	case errors.Is(err, sigv4.ErrExpired):
		return &refusal{
			status: http.StatusForbidden, count: func(t *Truth) { t.Expired++ }, Code: "AccessDenied", Message: "Request has expired",
			Expires: p.Until.UTC().Format(time.RFC3339), Server: now.UTC().Format(time.RFC3339),
		}
	}
	return &refusal{
		status: http.StatusForbidden, count: func(t *Truth) { t.Mismatch++ }, Code: "SignatureDoesNotMatch",
		Message: "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
		KeyID:   p.ID, Text: p.Text, Signature: p.Signature, Canonical: p.Canonical,
	}
}

// ServeHTTP implements http.Handler.
func (b *Bucket) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	now := time.Now()
	key, inside := strings.CutPrefix(r.URL.Path, "/"+b.Name+"/")
	presigned, err := b.Keys.VerifyPresigned(r, service, now)
	switch {
	case err != nil:
		b.refuse(w, refused(err, presigned, now))
	case !inside || key == "":
		b.refuse(w, &refusal{status: http.StatusNotFound, count: otherwise, Code: "NoSuchBucket", Message: "The specified bucket does not exist"})
	case r.Method != http.MethodPut:
		b.refuse(w, &refusal{status: http.StatusMethodNotAllowed, count: otherwise, Code: "MethodNotAllowed", Message: "The specified method is not allowed against this resource."})
	case r.ContentLength < 0:
		b.refuse(w, &refusal{status: http.StatusLengthRequired, count: otherwise, Code: "MissingContentLength", Message: "You must provide the Content-Length HTTP header."})
	default:
		b.take(w, r, key)
	}
}

// take takes an object.
func (b *Bucket) take(w http.ResponseWriter, r *http.Request, key string) {
	sum := md5.New() //nolint:gosec // see above
	n, err := io.Copy(sum, r.Body)
	if err != nil {
		return // the client is gone, and so is the object
	}
	folder, _, _ := strings.Cut(key, "/")
	b.mu.Lock()
	b.truth.Put++
	b.truth.Bytes += n
	if b.put == nil {
		b.put = map[string]int64{}
	}
	b.put[folder]++
	b.mu.Unlock()
	w.Header().Set("ETag", fmt.Sprintf("%q", hex.EncodeToString(sum.Sum(nil))))
	b.identify(w)
	w.WriteHeader(http.StatusOK)
}

// identify gives a response the fields that each has.
func (b *Bucket) identify(w http.ResponseWriter) (request, host string) {
	b.mu.Lock()
	n := b.truth.Put + b.truth.Expired + b.truth.Mismatch + b.truth.Refused
	b.mu.Unlock()
	request, host = fmt.Sprintf("%016X", n), fmt.Sprintf("lab/%d", n)
	h := w.Header()
	h.Set("Server", "AmazonS3")
	h.Set("x-amz-request-id", request)
	h.Set("x-amz-id-2", host)
	return request, host
}

func (b *Bucket) refuse(w http.ResponseWriter, e *refusal) {
	b.mu.Lock()
	e.count(&b.truth)
	b.mu.Unlock()
	e.RequestID, e.HostID = b.identify(w)
	text, _ := xml.Marshal(e) // plain values
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(e.status)
	_, _ = io.WriteString(w, xml.Header+string(text)) // fails when the client is gone
}
