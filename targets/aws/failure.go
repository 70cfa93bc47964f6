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
	var api smithy.APIError
	if errors.As(err, &api) && api.ErrorCode() != "UnknownError" {
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

// responseTo is the HTTP response that an error is about, nil for none. Where
// nothing answered the SDK makes up one without a status.
func responseTo(err error) *http.Response {
	var answered *awshttp.ResponseError
	if !errors.As(err, &answered) || answered.ResponseError == nil || answered.Response == nil || answered.Response.StatusCode == 0 {
		return nil
	}
	return answered.Response.Response
}

// skewOf says how far this machine's clock is from the service's, by the Date of
// its response; "" where that cannot be known.
func skewOf(err error) string {
	response := responseTo(err)
	if response == nil {
		return ""
	}
	date, err := http.ParseTime(response.Header.Get("Date"))
	if err != nil {
		return ""
	}
	off := time.Since(date).Round(time.Second)
	switch {
	case off > time.Minute:
		return fmt.Sprintf(": this machine's clock is %v ahead of the service's", off)
	case off < -time.Minute:
		return fmt.Sprintf(": this machine's clock is %v behind the service's", -off)
	default:
		return ""
	}
}

// unreached says why no response came, and what to do about it.
func unreached(err error) string {
	host := hostOf(err)
	var resolver *net.DNSError
	switch {
	case errors.As(err, &resolver) && resolver.IsNotFound:
		return fmt.Sprintf("cannot be reached: there is no host %s: check the region and AWS_ENDPOINT_URL", resolver.Name)
	case errors.As(err, &resolver):
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
	var sent *url.Error
	if errors.As(err, &sent) {
		if u, err := url.Parse(sent.URL); err == nil && u.Host != "" {
			return u.Host
		}
	}
	return "the endpoint"
}

func refused(err error) bool { return errors.Is(err, syscall.ECONNREFUSED) }

// distrusted is what went wrong with TLS, nil where nothing did.
func distrusted(err error) error {
	var verification *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var alert tls.AlertError
	var host x509.HostnameError
	switch {
	case errors.As(err, &verification):
		return verification.Err
	case errors.As(err, &record):
		return record
	case errors.As(err, &alert):
		return alert
	case errors.As(err, &host):
		return host
	case errors.Is(err, http.ErrSchemeMismatch):
		return http.ErrSchemeMismatch
	}
	return nil
}

func timedOut(err error) bool {
	var net net.Error
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &net) && net.Timeout()
}

// hopeless says that a further attempt would fail alike, where nothing answered.
func hopeless(err error) aws.Ternary {
	var resolver *net.DNSError
	if errors.As(err, &resolver) && resolver.IsNotFound || refused(err) || distrusted(err) != nil || timedOut(err) {
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
