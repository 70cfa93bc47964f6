package auth

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"tollgate/targets"
)

const (
	accessKey = "AKIDEXAMPLE"
	secretKey = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
)

// sealed takes this machine's own AWS settings out of a test's way.
func sealed(t *testing.T, env map[string]string) {
	t.Helper()
	home := t.TempDir()
	for _, name := range []string{
		"AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEY",
		"AWS_SECRET_ACCESS_KEY", "AWS_SECRET_KEY", "AWS_SESSION_TOKEN", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
		"AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN", "AWS_ENDPOINT_URL",
	} {
		t.Setenv(name, "")
		if err := os.Unsetenv(name); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("HOME", home)
	t.Setenv("AWS_CONFIG_FILE", filepath.Join(home, "config"))
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", filepath.Join(home, "credentials"))
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	for name, value := range env {
		if name == "config" {
			if err := os.WriteFile(filepath.Join(home, "config"), []byte(value), 0o600); err != nil {
				t.Fatal(err)
			}
			continue
		}
		t.Setenv(name, value)
	}
}

func request(t *testing.T, method, address, body string, header ...string) *targets.Request {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	h := targets.Header{}
	for i := 0; i < len(header); i += 2 {
		h.Add(header[i], header[i+1])
	}
	return &targets.Request{Method: method, URL: u, Header: h, Body: []byte(body)}
}

func TestKeysAndTokensGoIntoOneHeader(t *testing.T) {
	tests := []struct {
		name   string
		auth   targets.Auth
		header string
		want   string
	}{
		{"an API key", targets.Auth{APIKey: targets.NewSecret("k-123")}, "x-api-key", "k-123"},
		{"a bearer token", targets.Auth{Bearer: targets.NewSecret("ey.J.x")}, "Authorization", "Bearer ey.J.x"},
		{"no proof at all", targets.Auth{}, "", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			stamp, err := Stamp(t.Context(), targets.Target{Name: "rest", Kind: &targets.RESTAPI, Auth: test.auth})
			if err != nil || stamp.PerRequest {
				t.Fatalf("stamp %+v, error %v", stamp, err)
			}
			if stamp.Sign == nil {
				if test.header != "" {
					t.Fatal("nothing is signed")
				}
				return
			}
			r := request(t, "GET", "http://127.0.0.1/", "")
			for range 2 { // signing again changes nothing
				if err := stamp.Sign(r); err != nil {
					t.Fatal(err)
				}
			}
			if got := r.Header.Values(test.header); !slices.Equal(got, []string{test.want}) || len(r.Header) != 1 {
				t.Errorf("headers %v, want %s: %s", r.Header, test.header, test.want)
			}
		})
	}
}

func TestSignaturesEqualAWSsTestVectors(t *testing.T) {
	// From AWS's Signature Version 4 test suite: get-vanilla, post-vanilla,
	// get-vanilla-query-order-key-case.
	tests := []struct{ name, method, address, want string }{
		{"get-vanilla", "GET", "https://example.amazonaws.com/", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
		{"post-vanilla", "POST", "https://example.amazonaws.com/", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"},
		{"get-vanilla-query-order-key-case", "GET", "https://example.amazonaws.com/?Param2=value2&Param1=value1", "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"},
	}
	when := time.Date(2015, 8, 30, 12, 36, 0, 0, time.UTC)
	s := signature{v4.NewSigner(), credentials.NewStaticCredentialsProvider(accessKey, secretKey, ""), "service", "us-east-1", func() time.Time { return when }}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := request(t, test.method, test.address, "")
			if err := s.sign(r); err != nil {
				t.Fatal(err)
			}
			want := "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=" + test.want
			if got := r.Header.Get("Authorization"); got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
			if r.URL.String() != test.address {
				t.Errorf("the address became %s", r.URL)
			}
		})
	}
}

// verify computes a request's signature as a server would, from what arrives.
func verify(t *testing.T, r *targets.Request, region, service string) {
	t.Helper()
	value := r.Header.Get("Authorization")
	_, names, ok := strings.Cut(value, "SignedHeaders=")
	names, got, ok2 := strings.Cut(names, ", Signature=")
	if !ok || !ok2 {
		t.Fatalf("not a signature: %q", value)
	}
	var headers strings.Builder
	for name := range strings.SplitSeq(names, ";") {
		v := r.Header.Get(name)
		switch name {
		case "host":
			v = r.URL.Host
		case "content-length":
			v = fmt.Sprint(len(r.Body))
		}
		headers.WriteString(name + ":" + v + "\n")
	}
	hash := func(s string) string { h := sha256.Sum256([]byte(s)); return hex.EncodeToString(h[:]) }
	mac := func(key []byte, s string) []byte {
		m := hmac.New(sha256.New, key)
		m.Write([]byte(s))
		return m.Sum(nil)
	}
	query := strings.ReplaceAll(r.URL.Query().Encode(), "+", "%20")
	canonical := strings.Join([]string{r.Method, r.URL.EscapedPath(), query, headers.String(), names, hash(string(r.Body))}, "\n")
	stamp := r.Header.Get("X-Amz-Date")
	scope := strings.Join([]string{stamp[:8], region, service, "aws4_request"}, "/")
	key := []byte("AWS4" + secretKey)
	for part := range strings.SplitSeq(scope, "/") {
		key = mac(key, part)
	}
	want := hex.EncodeToString(mac(key, "AWS4-HMAC-SHA256\n"+stamp+"\n"+scope+"\n"+hash(canonical)))
	if got != want || !strings.Contains(value, "Credential="+accessKey+"/"+scope) {
		t.Errorf("%s: signature %s over %s, want %s over %s", r.Method, got, value, want, scope)
	}
}

func TestAServerAcceptsTheSignature(t *testing.T) {
	sealed(t, map[string]string{"AWS_ACCESS_KEY_ID": accessKey, "AWS_SECRET_ACCESS_KEY": secretKey, "AWS_SESSION_TOKEN": "token-of-session", "AWS_REGION": "eu-west-1"})
	tests := []struct {
		name            string
		target          targets.Target
		region, service string
	}{
		{"a REST API in the target's region", targets.Target{Kind: &targets.RESTAPI, Region: "eu-central-1"}, "eu-central-1", "execute-api"},
		{"an HTTP API in the chain's region", targets.Target{Kind: &targets.HTTPAPI}, "eu-west-1", "execute-api"},
		{"a Function URL", targets.Target{Kind: &targets.FunctionURL}, "eu-west-1", "lambda"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			test.target.Auth.IAM = &targets.IAM{}
			stamp, err := Stamp(t.Context(), test.target)
			if err != nil || !stamp.PerRequest {
				t.Fatalf("stamp %+v, error %v", stamp, err)
			}
			r := request(t, "POST", "https://abc.example.com/prod/predict?b=2&a=1", `{"features":[5.1]}`, "Content-Type", "application/json", "X-Extra", "1")
			for range 2 {
				if err := stamp.Sign(r); err != nil {
					t.Fatal(err)
				}
				verify(t, r, test.region, test.service)
			}
			if got := r.Header.Values("X-Amz-Security-Token"); !slices.Equal(got, []string{"token-of-session"}) {
				t.Errorf("session tokens %v", got)
			}
			if signed := r.Header.Get("Authorization"); !strings.Contains(signed, "content-type;host;x-amz-date;x-amz-security-token;x-extra") {
				t.Errorf("not everything is signed: %s", signed)
			}
		})
	}
}

func TestAStaleSessionTokenDoesNotSurvive(t *testing.T) {
	now := time.Now
	with := signature{v4.NewSigner(), credentials.NewStaticCredentialsProvider(accessKey, secretKey, "old"), "lambda", "us-east-1", now}
	without := signature{v4.NewSigner(), credentials.NewStaticCredentialsProvider(accessKey, secretKey, ""), "lambda", "us-east-1", now}
	r := request(t, "GET", "https://abc.example.com/", "")
	for _, s := range []signature{with, without} {
		if err := s.sign(r); err != nil {
			t.Fatal(err)
		}
	}
	if got := r.Header.Get("X-Amz-Security-Token"); got != "" {
		t.Errorf("the old token %q is still sent", got)
	}
	verify(t, r, "us-east-1", "lambda")
}

func TestTroubleIsToldBeforeLoadIsSent(t *testing.T) {
	const hidden = "hunter2"
	iam := targets.Auth{IAM: &targets.IAM{}}
	keys := map[string]string{"AWS_ACCESS_KEY_ID": accessKey, "AWS_SECRET_ACCESS_KEY": hidden}
	expired := `{"Version":1,"AccessKeyId":"A","SecretAccessKey":"` + hidden + `","SessionToken":"t","Expiration":"2020-01-01T00:00:00Z"}`
	tests := []struct {
		name   string
		env    map[string]string
		target targets.Target
		want   []string
	}{
		{"no credentials anywhere", nil, targets.Target{Kind: &targets.RESTAPI, Region: "us-east-1", Auth: iam}, []string{"no AWS credentials to sign with", "set AWS_PROFILE", "aws sso login"}},
		{
			"a profile that does not exist", keys,
			targets.Target{Kind: &targets.RESTAPI, Region: "us-east-1", Auth: targets.Auth{IAM: &targets.IAM{Profile: "nightly"}}},
			[]string{"nightly", "aws configure --profile nightly"},
		},
		{
			"credentials that have expired",
			map[string]string{"config": "[default]\ncredential_process = echo '" + expired + "'\n"},
			targets.Target{Kind: &targets.RESTAPI, Region: "us-east-1", Auth: iam},
			[]string{"expired", "aws sso login"},
		},
		{"no region", keys, targets.Target{Kind: &targets.RESTAPI, Auth: iam}, []string{"signing needs a region", "AWS_REGION"}},
		{"a door that cannot check signatures", keys, targets.Target{Kind: &targets.ALB, Region: "us-east-1", Auth: iam}, []string{"Application Load Balancer cannot check AWS signatures"}},
		{"two proofs at once", keys, targets.Target{Kind: &targets.RESTAPI, Auth: targets.Auth{APIKey: targets.NewSecret(hidden), Bearer: targets.NewSecret(hidden)}}, []string{"not several"}},
		{"a key with a newline in it", nil, targets.Target{Kind: &targets.RESTAPI, Auth: targets.Auth{APIKey: targets.NewSecret(hidden + "\n")}}, []string{"stray newline"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			sealed(t, test.env)
			stamp, err := Stamp(t.Context(), test.target)
			if err == nil || stamp.Sign != nil {
				t.Fatalf("stamp %+v, error %v", stamp, err)
			}
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q does not say %q", err, want)
				}
			}
			if strings.Contains(err.Error(), hidden) {
				t.Errorf("the error gives a secret away: %v", err)
			}
		})
	}
}

func TestSigningFailsWhenCredentialsCannotBeRenewed(t *testing.T) {
	refused := aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return aws.Credentials{}, fmt.Errorf("signed out") })
	s := signature{v4.NewSigner(), refused, "lambda", "us-east-1", time.Now}
	r := request(t, "GET", "https://abc.example.com/", "")
	if err := s.sign(r); err == nil || !strings.Contains(err.Error(), "renew AWS credentials: signed out") || len(r.Header) != 0 {
		t.Errorf("error %v, headers %v", err, r.Header)
	}
}
