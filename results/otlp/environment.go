package otlp

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"maps"
	"math"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"tollgate/targets"
)

// variables read the environment variables that OpenTelemetry's SDKs read. The one for
// metrics comes before the one for all signals.
// Source: OpenTelemetry specification, "OTLP Exporter Configuration" and "Environment
// Variable Specification".
type variables struct {
	env  func(string) (string, bool)
	errs []error
}

// value is the first variable that is set, and its name. An empty one counts as not set.
func (v *variables) value(names ...string) (name, value string) {
	for _, n := range names {
		if s, ok := v.env(n); n != "" && ok && strings.TrimSpace(s) != "" {
			return n, strings.TrimSpace(s)
		}
	}
	return "", ""
}

func (v *variables) bad(format string, args ...any) {
	v.errs = append(v.errs, fmt.Errorf(format, args...))
}

// endpoint is where metrics go: the variable for all signals is a base address.
func (v *variables) endpoint() string {
	if name, p := v.value("OTEL_EXPORTER_OTLP_METRICS_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"); p != "" && p != "http/protobuf" {
		v.bad("%s=%.40s: tollgate sends http/protobuf; set it to that, with the receiver's port for HTTP (4318 by default), or give the address to --otlp", name, p)
	}
	name, address := v.value("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
	if address == "" {
		v.bad("--otlp env: neither OTEL_EXPORTER_OTLP_ENDPOINT nor OTEL_EXPORTER_OTLP_METRICS_ENDPOINT is set: set one, or give an address in place of env")
		return ""
	}
	if err := checkAddress(address); err != nil {
		v.bad("%s: %w", name, err)
	}
	if name == "OTEL_EXPORTER_OTLP_ENDPOINT" {
		return below(address)
	}
	return address
}

// headers are pairs as of W3C Baggage: name=value, with percent-encoded values.
func (v *variables) headers() map[string]targets.Secret {
	all := map[string]targets.Secret{}
	name, text := v.value("OTEL_EXPORTER_OTLP_METRICS_HEADERS", "OTEL_EXPORTER_OTLP_HEADERS")
	for _, p := range v.pairs(name, text) {
		if !validName(p[0]) || !validValue(p[1]) {
			v.bad("%s: a header in it has a name or a value that no header can have", name)
			continue
		}
		all[http.CanonicalHeaderKey(p[0])] = targets.NewSecret(p[1])
	}
	return all
}

// pairs reads name=value,name=value. Errors do not repeat values: they may be secrets.
func (v *variables) pairs(name, text string) (pairs [][2]string) {
	if text == "" {
		return nil
	}
	for i, part := range strings.Split(text, ",") {
		if strings.TrimSpace(part) == "" {
			continue
		}
		key, value, ok := strings.Cut(part, "=")
		key, e1 := url.PathUnescape(strings.TrimSpace(key))
		value, e2 := url.PathUnescape(strings.TrimSpace(value))
		if !ok || key == "" || errors.Join(e1, e2) != nil {
			v.bad("%s: part %d is not name=value with percent-encoded characters", name, i+1)
			continue
		}
		pairs = append(pairs, [2]string{key, value})
	}
	return pairs
}

// milliseconds are a time; otherwise where neither variable is set.
func (v *variables) milliseconds(first, second string, otherwise time.Duration) time.Duration {
	name, text := v.value(first, second)
	if text == "" {
		return otherwise
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 1 || n > math.MaxInt32 {
		v.bad("%s=%.40s: is not a number of milliseconds, at least 1", name, text)
		return otherwise
	}
	return time.Duration(n) * time.Millisecond
}

// oneOf is which of some words a variable says, the first where it is not set.
func (v *variables) oneOf(words []string, names ...string) string {
	name, text := v.value(names...)
	if text == "" {
		return words[0]
	}
	for _, w := range words {
		if strings.EqualFold(w, text) {
			return w
		}
	}
	v.bad("%s=%.40s: is none of %s", name, text, strings.Join(words, ", "))
	return words[0]
}

func (v *variables) compression() bool {
	return v.oneOf([]string{"gzip", "none"}, "OTEL_EXPORTER_OTLP_METRICS_COMPRESSION", "OTEL_EXPORTER_OTLP_COMPRESSION") == "gzip"
}

// delta: lowmemory has deltas of counters and histograms, and we have no other sums.
func (v *variables) delta() bool {
	return v.oneOf([]string{"cumulative", "delta", "lowmemory"}, "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE") != "cumulative"
}

func (v *variables) explicit() bool {
	return v.oneOf([]string{"base2_exponential_bucket_histogram", "explicit_bucket_histogram"}, "OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION") == "explicit_bucket_histogram"
}

// resource are the attributes that the user gives the resource. OTEL_SERVICE_NAME wins.
func (v *variables) resource() map[string]string {
	all := map[string]string{}
	name, text := v.value("OTEL_RESOURCE_ATTRIBUTES")
	for _, p := range v.pairs(name, text) {
		all[p[0]] = p[1]
	}
	if _, service := v.value("OTEL_SERVICE_NAME"); service != "" {
		maps.Copy(all, map[string]string{"service.name": service})
	}
	return all
}

// tls are the certificates that the receiver is checked against, and shown; nil: the system's,
// and none.
func (v *variables) tls() *tls.Config {
	var c tls.Config
	if name, file := v.value("OTEL_EXPORTER_OTLP_METRICS_CERTIFICATE", "OTEL_EXPORTER_OTLP_CERTIFICATE"); file != "" {
		pem, err := os.ReadFile(file)
		c.RootCAs = x509.NewCertPool()
		if err == nil && !c.RootCAs.AppendCertsFromPEM(pem) {
			err = errors.New("holds no certificate in PEM")
		}
		if err != nil {
			v.bad("%s: %w", name, err)
		}
	}
	certName, cert := v.value("OTEL_EXPORTER_OTLP_METRICS_CLIENT_CERTIFICATE", "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE")
	keyName, key := v.value("OTEL_EXPORTER_OTLP_METRICS_CLIENT_KEY", "OTEL_EXPORTER_OTLP_CLIENT_KEY")
	switch {
	case (cert == "") != (key == ""):
		v.bad("%s%s is set alone: a client's certificate and its key go together", certName, keyName)
	case cert != "":
		pair, err := tls.LoadX509KeyPair(cert, key)
		if err != nil {
			v.bad("%s: %w", certName, err)
		}
		c.Certificates = []tls.Certificate{pair}
	}
	return &c
}
