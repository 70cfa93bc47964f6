package auth

import (
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
			stamp, err := new(Issuer).Stamp(t.Context(), targets.Target{Name: "rest", Kind: &targets.RESTAPI, Auth: test.auth})
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

// held is a keyring of keys that never expire.
func held(token string) *keyring[*credentials] {
	k := &keyring[*credentials]{}
	k.current.Store(&grant[*credentials]{value: &credentials{Credentials: aws.Credentials{AccessKeyID: accessKey, SecretAccessKey: secretKey, SessionToken: token}}})
	return k
}

func TestSignaturesEqualAWSsTestVectors(t *testing.T) {
	// From AWS's Signature Version 4 test suite.
	const vanilla = "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
	tests := []struct {
		name, method, path string
		header             []string
		want               string
	}{
		{"get-vanilla", "GET", "/", nil, vanilla},
		{"post-vanilla", "POST", "/", nil, "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"},
		{"get-vanilla-query-order-key-case", "GET", "/?Param2=value2&Param1=value1", nil, "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"},
		{"get-slash", "GET", "//", nil, vanilla},
		{"get-slash-dot-slash", "GET", "/./", nil, vanilla},
		{"get-relative", "GET", "/example/..", nil, vanilla},
		{"get-relative-relative", "GET", "/example1/example2/../..", nil, vanilla},
		{"get-header-key-duplicate", "GET", "/", []string{"My-Header1", "value2", "My-Header1", "value2", "My-Header1", "value1"}, "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea"},
		{"get-header-value-order", "GET", "/", []string{"My-Header1", "value4", "My-Header1", "value1", "My-Header1", "value3", "My-Header1", "value2"}, "08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01"},
		{"get-header-value-trim", "GET", "/", []string{"My-Header1", " value1", "My-Header2", ` "a   b   c"`}, "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"},
	}
	when := time.Date(2015, 8, 30, 12, 36, 0, 0, time.UTC)
	s := signature{held(""), "service", "us-east-1", func() time.Time { return when }, false}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			address := "https://example.amazonaws.com" + test.path
			r := request(t, test.method, address, "", test.header...)
			if err := s.sign(r); err != nil {
				t.Fatal(err)
			}
			const prefix = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders="
			got := r.Header.Get("Authorization")
			if !strings.HasPrefix(got, prefix) || !strings.HasSuffix(got, ", Signature="+test.want) {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
			if r.URL.String() != address {
				t.Errorf("the address became %s", r.URL)
			}
		})
	}
}

func TestCanonicalPathsAndQueries(t *testing.T) {
	tests := []struct{ what, address, path, query string }{
		{"the empty path is the root", "https://h", "/", ""},
		{"what is escaped is escaped once more", "https://h/a%20b%2Fc/%c3%A4", "/a%2520b%252Fc/%25c3%25A4", ""},
		{"all but unreserved characters are escaped", "https://h/a:b;c=d,e+f~g!*'()@$&", "/a%3Ab%3Bc%3Dd%2Ce%2Bf~g%21%2A%27%28%29%40%24%26", ""},
		{"empty segments and dots are resolved", "https://h//a/./b//../c/", "/a/c/", ""},
		{"too many dots end at the root", "https://h/a/../../..", "/", ""},
		{"a query is sorted by escaped name, then by value", "https://h/?b=2&a-b=1&a=2&a=1&A=0&%61=0", "/", "A=0&a=0&a=1&a=2&a-b=1&b=2"},
		{"a semicolon is a part of a value", "https://h/?a=1;b=2", "/", "a=1%3Bb%3D2"},
		{"a stray percent sign stands for itself", "https://h/?a=100%&b=%zz&c=%4", "/", "a=100%25&b=%25zz&c=%254"},
		{"a blank is %20, however it is written", "https://h/?a=b+c&d=e%20f&g=h%2bi", "/", "a=b%20c&d=e%20f&g=h%2Bi"},
		{"names without values", "https://h/?a&b=", "/", "a=&b="},
		{"a question mark alone is no query", "https://h/?", "/", ""},
		{"a question mark in a query", "https://h/?a=b?c", "/", "a=b%3Fc"},
	}
	for _, test := range tests {
		r := request(t, "GET", test.address, "")
		all, signed := appendCanonical(nil, r, "hash")
		if want := "GET\n" + test.path + "\n" + test.query + "\nhost:h\n\nhost\nhash"; string(all) != want || signed != "host" {
			t.Errorf("%s: %q, want %q", test.what, all, want)
		}
	}
}

func TestTheHashOfABodyIsSentWhereItIsAskedFor(t *testing.T) {
	const hash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" // of "abc"
	tests := []struct {
		what, service, body string
		header              []string
		want                []string
	}{
		{"a function URL is sent the hash of a body", "lambda", "abc", nil, []string{hash}},
		{"but none of no body", "lambda", "", nil, nil},
		{"API Gateway asks for none", "execute-api", "abc", nil, nil},
		{"unless the scenario has the header, whatever it says", "execute-api", "abc", []string{"x-amz-content-SHA256", "?"}, []string{hash}},
		{"a Web Function is told the hash of nothing, too", "web", "", nil, []string{"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}},
	}
	for _, test := range tests {
		r := request(t, "POST", "https://h/", test.body, test.header...)
		if err := (signature{held(""), test.service, "us-east-1", time.Now, test.service == "web"}).sign(r); err != nil {
			t.Fatal(err)
		}
		if got := r.Header.Values(hashName); !slices.Equal(got, test.want) || strings.Contains(r.Header.Get("Authorization"), "x-amz-content-sha256") != (len(test.want) > 0) {
			t.Errorf("%s: %q, signed %s", test.what, got, r.Header.Get("Authorization"))
		}
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
			stamp, err := new(Issuer).Stamp(t.Context(), test.target)
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
			if signed := r.Header.Get("Authorization"); !strings.Contains(signed, "content-type;host;x-amz-") || !strings.Contains(signed, "x-amz-date;x-amz-security-token;x-extra,") {
				t.Errorf("not everything is signed: %s", signed)
			}
		})
	}
}

func TestAStaleSessionTokenDoesNotSurvive(t *testing.T) {
	now := time.Now
	with := signature{held("old"), "lambda", "us-east-1", now, false}
	without := signature{held(""), "lambda", "us-east-1", now, false}
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

func TestErrorsOfAuthenticationComeBeforeTheLoad(t *testing.T) {
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
		{"a door that cannot check signatures", keys, targets.Target{Kind: &targets.ALB, Region: "us-east-1", Auth: iam}, []string{"Application Load Balancer cannot verify AWS signatures"}},
		{"two proofs at once", keys, targets.Target{Kind: &targets.RESTAPI, Auth: targets.Auth{APIKey: targets.NewSecret(hidden), Bearer: targets.NewSecret(hidden)}}, []string{"not several"}},
		{"a key with a newline in it", nil, targets.Target{Kind: &targets.RESTAPI, Auth: targets.Auth{APIKey: targets.NewSecret(hidden + "\n")}}, []string{"stray newline"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			sealed(t, test.env)
			stamp, err := new(Issuer).Stamp(t.Context(), test.target)
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

// Whatever the query, its canonical form is plain, does not depend on the order
// of the parameters, and is its own canonical form.
func FuzzCanonicalQuery(f *testing.F) {
	f.Add("b=2&a=1;c&%zz=100%&a-b=+&a=%2b")
	f.Add("=&&==&%")
	f.Fuzz(func(t *testing.T, query string) {
		got := string(appendQuery(nil, query))
		if strings.ContainsFunc(got, func(c rune) bool { return c <= ' ' || c >= 0x7f || strings.ContainsRune("+;/?", c) }) {
			t.Errorf("%q becomes %q", query, got)
		}
		pairs := strings.Split(query, "&")
		slices.Reverse(pairs)
		if reversed := string(appendQuery(nil, strings.Join(pairs, "&"))); reversed != got {
			t.Errorf("%q becomes %q, and the other way round %q", query, got, reversed)
		}
		if again := string(appendQuery(nil, got)); again != got {
			t.Errorf("%q becomes %q, and that becomes %q", query, got, again)
		}
	})
}
