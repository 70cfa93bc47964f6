package aws

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/smithy-go"

	"tollgate/targets"
)

// endpoint answers every request to it with one response.
func endpoint(t *testing.T, status int, header, body string) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		name, value, _ := strings.Cut(header, ": ")
		w.Header().Set(name, value)
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// lambdaError is an error in Lambda's protocol.
func lambdaError(code, message string) (header, body string) {
	return "X-Amzn-ErrorType: " + code, fmt.Sprintf(`{"Type":"User","Message":%q}`, message)
}

// TestAFailingEndpointIsNamed asks for a function's configuration where something
// is wrong, and expects its name and its remedy.
func TestAFailingEndpointIsNamed(t *testing.T) {
	for _, row := range []struct {
		fact, endpoint string
		want           []string
	}{
		{"a page that is not found", endpoint(t, 404, "Content-Type: text/html", "<html>no such page</html>"), []string{"answers, but not as Lambda (HTTP status 404, text/html, from 127.0.0.1:", "check AWS_ENDPOINT_URL", "proxy"}},
		{"a page in place of an answer", endpoint(t, 200, "Content-Type: text/html", "<html>welcome</html>"), []string{"answers, but not as Lambda (HTTP status 200, text/html, from 127.0.0.1:"}},
		{"an API of another sort", endpoint(t, 403, "Content-Type: application/json", `{"message":"Forbidden"}`), []string{"answers, but not as Lambda (HTTP status 403, application/json, from 127.0.0.1:"}},
		{"a proxy that throttles", endpoint(t, 429, "Content-Type: text/plain", "slow down"), []string{"kept throttling (HTTP status 429, text/plain, from 127.0.0.1:", "wait a few minutes"}},
		{"a redirection to a page for signing in", endpoint(t, 302, "Location: /login", ""), []string{"answers, but not as Lambda"}},
		{"a host that does not exist", "http://no-such-host.invalid", []string{"cannot be reached", "no-such-host.invalid", "AWS_ENDPOINT_URL"}},
		{"a port where nothing listens", closed(t), []string{"nothing listens at 127.0.0.1:", "check AWS_ENDPOINT_URL and any proxy"}},
		{"a certificate of an unknown authority", untrusted(t), []string{"the TLS connection to 127.0.0.1:", "certificate", "AWS_CA_BUNDLE"}},
		{"TLS where none is spoken", strings.Replace(endpoint(t, 200, "", ""), "http:", "https:", 1), []string{"the TLS connection to 127.0.0.1:", "AWS_ENDPOINT_URL"}},
		{"a host that never answers", silent(t), []string{"did not answer in time", "check the network, any proxy, and AWS_ENDPOINT_URL"}},
	} {
		t.Run(row.fact, func(t *testing.T) {
			t.Parallel()
			said := configurationAt(t, row.endpoint)
			for _, want := range append(row.want, "Lambda at "+row.endpoint) {
				if !strings.Contains(said, want) {
					t.Errorf("%q does not say %q", said, want)
				}
			}
			if strings.HasPrefix(row.want[0], "answers") && strings.Contains(said, "network") {
				t.Errorf("something answered, and yet: %s", said)
			}
		})
	}
}

// TestARefusalIsNamed has a service's own errors.
func TestARefusalIsNamed(t *testing.T) {
	const session = "x-amz-security-token:hunter2"
	for _, row := range []struct {
		fact          string
		status        int
		code, message string
		want          string
	}{
		{"no permission", 403, "AccessDeniedException", "User: u is not authorized to perform: lambda:GetFunctionConfiguration because no identity-based policy allows it", "may not be read: User: u is not authorized to perform: lambda:GetFunctionConfiguration because no identity-based policy allows it; allow these credentials the action lambda:GetFunctionConfiguration"},
		{"no permission for what the action needs", 403, "AccessDeniedException", "User: u is not authorized to perform: kms:Decrypt", "allow these credentials the action kms:Decrypt"},
		{"a policy that denies", 403, "AccessDeniedException", "User: u is not authorized to perform: lambda:GetFunctionConfiguration with an explicit deny in a service control policy", "a policy denies the action lambda:GetFunctionConfiguration explicitly: use other credentials, or change that policy"},
		{"credentials that expired", 403, "ExpiredTokenException", "The security token included in the request is expired", "says that the AWS credentials have expired: set AWS_PROFILE"},
		{"a key that AWS does not know", 403, "UnrecognizedClientException", "The security token included in the request is invalid", "does not accept the AWS credentials (UnrecognizedClientException): set AWS_PROFILE"},
		{"a wrong signature", 403, "InvalidSignatureException", "The canonical string should have been " + session, "does not accept the AWS credentials (InvalidSignatureException)"},
		{"a clock that is off", 403, "InvalidSignatureException", "Signature expired: 20261129T100000Z is now earlier than 20261129T110000Z", "refuses the time of the signature (InvalidSignatureException)"},
		{"a clock that is ahead", 403, "InvalidSignatureException", "Signature not yet current: 20261129T120000Z is still later than 20261129T110000Z", "set this machine's clock"},
		{"throttling without end", 429, "TooManyRequestsException", "Rate exceeded", "kept throttling (TooManyRequestsException): wait a few minutes"},
		{"a function that there is not", 404, "ResourceNotFoundException", "Function not found", "answered ResourceNotFoundException: Function not found; check the name, the region and the account"},
		{"a fault of AWS's own", 400, "ServiceException", "oops", "answered ServiceException: oops; wait a few minutes"},
	} {
		t.Run(row.fact, func(t *testing.T) {
			t.Parallel()
			header, body := lambdaError(row.code, row.message)
			said := configurationAt(t, endpoint(t, row.status, header, body))
			if !strings.Contains(said, row.want) || strings.Contains(said, "hunter2") {
				t.Errorf("got  %s\nwant %s", said, row.want)
			}
		})
	}
}

// TestAClockThatIsOffIsMeasured has services whose Date is not this machine's.
func TestAClockThatIsOffIsMeasured(t *testing.T) {
	for _, row := range []struct {
		fact string
		off  time.Duration // of the service's clock
		want string
	}{
		{"ahead", -10 * time.Minute, " ahead of the service's: set this machine's clock"},
		{"behind", 10 * time.Minute, " behind the service's: set this machine's clock"},
		{"right", 0, "(InvalidSignatureException): set this machine's clock"},
	} {
		t.Run(row.fact, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Date", time.Now().Add(row.off).UTC().Format(http.TimeFormat))
				w.Header().Set("X-Amzn-ErrorType", "InvalidSignatureException")
				w.WriteHeader(http.StatusForbidden)
				fmt.Fprint(w, `{"message":"Signature expired: 20261129T100000Z is now earlier than 20261129T110000Z"}`)
			}))
			defer server.Close()
			if said := configurationAt(t, server.URL); !strings.Contains(said, row.want) {
				t.Errorf("got %s", said)
			}
		})
	}
}

// configurationAt is what is said of an attempt to read a function's configuration.
func configurationAt(t *testing.T, url string) string {
	t.Helper()
	endpoint := Endpoint{Lab: true, URL: url, Region: "us-east-1"}
	config, err := endpoint.Config(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if !strings.Contains(url, silentMark) { // only one of them takes its time
		ctx = t.Context()
	}
	_, err = At(endpoint, config).configuration(ctx, targets.Target{Name: "t", Function: targets.Function{Name: "ml"}})
	if err == nil {
		t.Fatal("no error")
	}
	return err.Error()
}

// closed is the address of a port where nothing listens.
func closed(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return "http://" + l.Addr().String()
}

func untrusted(t *testing.T) string {
	t.Helper()
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.TLS = &tls.Config{}
	server.StartTLS()
	t.Cleanup(server.Close)
	return server.URL
}

const silentMark = "/silent"

// silent accepts connections and never answers.
func silent(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return "http://" + l.Addr().String() + silentMark
}

func TestTroubleNamesTheServiceAndWhatToAllow(t *testing.T) {
	denied := &smithy.GenericAPIError{Code: "AccessDeniedException", Message: "no policy allows it"}
	for _, row := range []struct {
		name     string
		endpoint Endpoint
		err      error
		action   string
		want     string
	}{
		{"a function that may not be changed", Endpoint{Region: "eu-central-1"}, denied, "lambda:UpdateFunctionConfiguration", "Lambda in eu-central-1 may not be changed: no policy allows it; allow these credentials the action lambda:UpdateFunctionConfiguration"},
		{"traces that may not be read", Endpoint{}, denied, "xray:BatchGetTraces", "X-Ray may not be read: no policy allows it; allow these credentials the action xray:BatchGetTraces"},
		{"a gateway that throttles", Endpoint{Region: "us-east-1"}, &smithy.GenericAPIError{Code: "ThrottlingException"}, "apigateway:GET on /usageplans", "API Gateway in us-east-1 kept throttling (ThrottlingException): wait a few minutes"},
		{"credentials that expired", Endpoint{Profile: "dev"}, &smithy.GenericAPIError{Code: "ExpiredToken"}, "logs:StartQuery", `CloudWatch Logs says that the AWS credentials have expired: sign in with "aws sso login --profile dev" or "aws configure --profile dev"`},
		{"a region that is not enabled", Endpoint{Region: "eu-south-2", Profile: "dev"}, &smithy.GenericAPIError{Code: "UnrecognizedClientException"}, "logs:StartQuery", `CloudWatch Logs in eu-south-2 does not accept the AWS credentials (UnrecognizedClientException): sign in with "aws sso login --profile dev" or "aws configure --profile dev", or enable the region eu-south-2 for the account`},
		{"a name that is not resolved just now", Endpoint{Region: "us-east-1"}, &net.DNSError{Name: "lambda.us-east-1.amazonaws.com", Err: "server misbehaving"}, "lambda:GetFunctionConfiguration", "Lambda in us-east-1 cannot be reached: the name lambda.us-east-1.amazonaws.com could not be resolved (server misbehaving): check this machine's DNS and network"},
		{"a network of another trouble", Endpoint{URL: "http://127.0.0.1:1"}, errors.New("unreachable"), "lambda:GetFunctionConfiguration", "Lambda at http://127.0.0.1:1 cannot be reached: unreachable; check the network, the region and AWS_ENDPOINT_URL"},
		{"an interruption", Endpoint{}, context.Canceled, "cloudwatch:GetMetricData", "CloudWatch was still being read when it was interrupted"},
	} {
		t.Run(row.name, func(t *testing.T) {
			a := &Account{endpoint: row.endpoint}
			if got := a.trouble(row.err, row.action); got == nil || got.Error() != row.want || !errors.Is(got, row.err) {
				t.Errorf("got %v,\nwant %s", got, row.want)
			}
		})
	}
}
