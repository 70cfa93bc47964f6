package aws

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"
)

// notTheService says what kind of answer came from something that is not the
// service, "" where the answer was the service's own or none came. An AWS service
// sends either what was asked for or an error with a code.
func notTheService(err error) string {
	response := responseTo(err)
	if response == nil {
		return ""
	}
	if api, is := errors.AsType[smithy.APIError](err); is && api.ErrorCode() != "UnknownError" {
		return ""
	}
	what := fmt.Sprintf("HTTP status %d", response.StatusCode)
	if form := response.Header.Get("Content-Type"); form != "" {
		what += ", " + short(form)
	}
	if response.Request != nil && response.Request.URL != nil {
		what += ", from " + response.Request.URL.Host
	}
	return what
}

// askedInCBOR says whether a service was asked in Smithy RPC v2 CBOR, and did not answer in
// it. A service that knows the protocol says so in a header, also of an error.
// Source: Smithy specification, "Smithy RPC v2 CBOR protocol".
func askedInCBOR(err error) bool {
	const header, protocol = "Smithy-Protocol", "rpc-v2-cbor"
	response := responseTo(err)
	return response != nil && response.Request != nil && response.Request.Header.Get(header) == protocol && response.Header.Get(header) != protocol
}

// responseTo is the HTTP response that an error is about, nil for none. Where
// nothing answered the SDK makes up one without a status.
func responseTo(err error) *http.Response {
	answered, is := errors.AsType[*awshttp.ResponseError](err)
	if !is || answered.ResponseError == nil || answered.Response == nil || answered.Response.StatusCode == 0 {
		return nil
	}
	return answered.Response.Response
}

// skewOf says how far this machine's clock is from the service's, by the Date of
// its response; "" where that cannot be known.
func skewOf(err error) string {
	off, _ := clockOf(err)
	switch {
	case off > time.Minute:
		return fmt.Sprintf(": this machine's clock is %v ahead of the service's", off)
	case off < -time.Minute:
		return fmt.Sprintf(": this machine's clock is %v behind the service's", -off)
	default:
		return ""
	}
}

// clockOf is how far this machine's clock is ahead of the service's, by the Date of its
// response.
func clockOf(err error) (ahead time.Duration, known bool) {
	response := responseTo(err)
	if response == nil {
		return 0, false
	}
	date, err := http.ParseTime(response.Header.Get("Date"))
	if err != nil {
		return 0, false
	}
	return time.Since(date).Round(time.Second), true
}

// unreached says why no response came, and what to do about it.
func unreached(err error) string {
	host := hostOf(err)
	resolver, unresolved := errors.AsType[*net.DNSError](err)
	switch {
	case unresolved && resolver.IsNotFound:
		return fmt.Sprintf("cannot be reached: there is no host %s: check the region and AWS_ENDPOINT_URL", resolver.Name)
	case unresolved:
		return fmt.Sprintf("cannot be reached: the name %s could not be resolved (%s): check this machine's DNS and network", resolver.Name, resolver.Err)
	case refused(err):
		return fmt.Sprintf("cannot be reached: nothing listens at %s: check AWS_ENDPOINT_URL and any proxy", host)
	case distrusted(err) != nil:
		return fmt.Sprintf("cannot be reached: the TLS connection to %s failed (%s): check AWS_ENDPOINT_URL; where a proxy of yours opens TLS, name its certificates in AWS_CA_BUNDLE", host, short(distrusted(err).Error()))
	case timedOut(err):
		return fmt.Sprintf("cannot be reached: %s did not answer in time: check the network, any proxy, and AWS_ENDPOINT_URL", host)
	default:
		return fmt.Sprintf("cannot be reached: %s; check the network, the region and AWS_ENDPOINT_URL", short(innermost(err).Error()))
	}
}

func hostOf(err error) string {
	if sent, is := errors.AsType[*url.Error](err); is {
		if u, err := url.Parse(sent.URL); err == nil && u.Host != "" {
			return u.Host
		}
	}
	return "the endpoint"
}

func refused(err error) bool { return errors.Is(err, syscall.ECONNREFUSED) }

// distrusted is what went wrong with TLS, nil where nothing did.
func distrusted(err error) error {
	if v, is := errors.AsType[*tls.CertificateVerificationError](err); is {
		return v.Err
	}
	if record, is := errors.AsType[tls.RecordHeaderError](err); is {
		return record
	}
	if alert, is := errors.AsType[tls.AlertError](err); is {
		return alert
	}
	if host, is := errors.AsType[x509.HostnameError](err); is {
		return host
	}
	if errors.Is(err, http.ErrSchemeMismatch) {
		return http.ErrSchemeMismatch
	}
	return nil
}

func timedOut(err error) bool {
	failed, is := errors.AsType[net.Error](err)
	return errors.Is(err, context.DeadlineExceeded) || is && failed.Timeout()
}

// hopeless says that a further attempt would fail alike, where nothing answered.
func hopeless(err error) aws.Ternary {
	if resolver, is := errors.AsType[*net.DNSError](err); is && resolver.IsNotFound || refused(err) || distrusted(err) != nil || timedOut(err) {
		return aws.FalseTernary
	}
	return aws.UnknownTernary
}

// innermost takes the SDK's wrapping off a network error.
func innermost(err error) error {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err
		}
		err = inner
	}
}
