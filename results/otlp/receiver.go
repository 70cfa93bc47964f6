package otlp

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"tollgate/targets"
)

// metricsPath is where a receiver takes metrics, below its base.
// Source: OTLP specification 1.9, "OTLP/HTTP Request".
const metricsPath = "v1/metrics"

// FromEnvironment is the address that stands for the OTEL_ variables.
const FromEnvironment = "env"

// A Receiver is where metrics are sent, and how.
type Receiver struct {
	address  string
	headers  map[string]targets.Secret
	timeout  time.Duration // of one delivery
	every    time.Duration // between deliveries
	zipped   bool
	delta    bool
	explicit bool // histograms with explicit bounds
	resource map[string]string
	client   *http.Client
}

// ParseReceiver reads an address, or "env", and headers, as in "Name: value". Variables that
// say where to send, and headers, are read from the environment for "env" alone.
func ParseReceiver(address string, headers []string, env func(string) (string, bool)) (*Receiver, error) {
	v := &variables{env: env}
	r := &Receiver{headers: map[string]targets.Secret{}, zipped: true}
	var errs []error
	if address == FromEnvironment {
		address = v.endpoint()
		r.headers = v.headers()
	} else {
		errs = append(errs, checkAddress(address))
		address = below(address)
	}
	r.address = address
	for _, line := range headers {
		errs = append(errs, r.header(line))
	}
	r.timeout = v.milliseconds("OTEL_EXPORTER_OTLP_METRICS_TIMEOUT", "OTEL_EXPORTER_OTLP_TIMEOUT", 10*time.Second)
	r.every = v.milliseconds("OTEL_METRIC_EXPORT_INTERVAL", "", 5*time.Second)
	r.zipped = v.compression()
	r.delta = v.delta()
	r.explicit = v.explicit()
	r.resource = v.resource()
	trust := v.tls()
	if err := errors.Join(append(errs, v.errs...)...); err != nil {
		return nil, err
	}
	r.client = client(trust)
	return r, nil
}

// client sends to a receiver and follows no redirect: it would take the headers elsewhere.
func client(trust *tls.Config) *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			Proxy: http.ProxyFromEnvironment, TLSClientConfig: trust, ForceAttemptHTTP2: true,
			MaxIdleConnsPerHost: 1, IdleConnTimeout: time.Minute, ResponseHeaderTimeout: time.Minute,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// String is the address, without what may be secret in it.
func (r *Receiver) String() string {
	base, _, _ := strings.Cut(r.address, "?")
	return base
}

// header takes one header of the command line. Errors do not repeat its value.
func (r *Receiver) header(line string) error {
	name, value, ok := strings.Cut(line, ":")
	name, value = strings.TrimSpace(name), strings.TrimSpace(value)
	switch {
	case !ok:
		return errors.New(`a header for the receiver has no colon: write "Name: value"`)
	case !validName(name):
		return fmt.Errorf("%.60q is not the name of a header", name)
	case !validValue(value):
		return fmt.Errorf("the value of header %s for the receiver has a line break or another character that no header carries", name)
	case slices.Contains(ours, http.CanonicalHeaderKey(name)):
		return fmt.Errorf("header %s is set by tollgate itself", name)
	}
	r.headers[http.CanonicalHeaderKey(name)] = targets.NewSecret(value)
	return nil
}

// ours are the headers that no option replaces.
var ours = []string{"Content-Type", "Content-Encoding", "Content-Length", "Host", "Transfer-Encoding", "Connection"}

// validName says whether a header can have the name (RFC 9110 section 5.6.2).
func validName(name string) bool {
	return name != "" && !strings.ContainsFunc(name, func(r rune) bool {
		return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("!#$%&'*+-.^_`|~", r))
	})
}

func validValue(value string) bool {
	return !strings.ContainsFunc(value, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f })
}

// checkAddress says what is wrong with an address that metrics are to be sent to.
func checkAddress(address string) error {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || strings.HasSuffix(u.Host, ":"):
		return errors.New("the address of an OTLP receiver is not an http:// or https:// URL: write one such as http://127.0.0.1:4318, or env for the OTEL_ variables")
	case u.User != nil:
		return fmt.Errorf("the address of the OTLP receiver at %s holds a user or password: send a header instead, as in --otlp-header 'Authorization: ${env:OTLP_AUTHORIZATION}'", u.Host)
	case u.Port() == "4317":
		return fmt.Errorf("port 4317 of %s is that of OTLP over gRPC, and tollgate sends OTLP over HTTP: its port is 4318", u.Hostname())
	case u.Fragment != "":
		return fmt.Errorf("the address of the OTLP receiver at %s has a fragment (#…): leave it out", u.Host)
	}
	return nil
}

// below is where metrics go at a base address; one that names it already stays.
func below(base string) string {
	u, err := url.Parse(base)
	if err != nil {
		return base
	}
	if path := strings.TrimSuffix(u.Path, "/"); path != "/"+metricsPath && !strings.HasSuffix(path, "/"+metricsPath) {
		u = u.JoinPath(metricsPath)
	}
	return u.String()
}
