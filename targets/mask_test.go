package targets

import (
	"encoding/base64"
	"net/url"
	"strings"
	"testing"
)

func TestAMaskTakesSecretsOutOfTexts(t *testing.T) {
	signed := Header{
		"Authorization":        {"AWS4-HMAC-SHA256 Credential=LABKEYEXAMPLE0001/20261129/eu-central-1/execute-api/aws4_request, SignedHeaders=host;x-amz-date, Signature=0f1e2d3c4b5a69788796a5b4c3d2e1f0"},
		"X-Amz-Security-Token": {"IQoJb3JpZ2luX2VjE//example+token=="},
		"Cookie":               {"session=s3ss10nvalue; theme=dark"},
	}
	basic := Header{"Authorization": {"Basic " + base64.StdEncoding.EncodeToString([]byte("ann:opensesame"))}}
	mask := NewMask("correct horse&battery", "abc", "line-one-of-a-key\nline-two-of-a-key", `say "<hi>" to ünï`, "segment%2Ftwo%20%C3%BC", `it's "a\b" c`).With(HeaderSecrets(signed)...).With(HeaderSecrets(basic)...)
	for _, row := range []struct{ what, text, want string }{
		{"a text without secrets stays", `{"message":"Missing Authentication Token"}`, `{"message":"Missing Authentication Token"}`},
		{"a secret as it is", "you sent correct horse&battery here", "you sent *** here"},
		{"a secret in a query", "?k=correct+horse%26battery", "?k=***"},
		{"a secret in a path", "/correct%20horse&battery/x", "/***/x"},
		{"a secret in JSON", `{"k":"correct horse\u0026battery"}`, `{"k":"***"}`},
		{"a secret in HTML", "<p>correct horse&amp;battery</p>", "<p>***</p>"},
		{"a secret in JSON of other writers", `{"k":"say \"<hi>\" to ünï"}`, `{"k":"***"}`},
		{"a secret in JSON of nothing but ASCII", `{"k":"say \"<hi>\" to \u00fcn\u00ef"}`, `{"k":"***"}`},
		{"a secret that an address held, decoded", "/x/segment/two ü does not exist", "/x/*** does not exist"},
		{"a secret that an address held, with other escapes", "/x/segment%2ftwo%20%c3%bc", "/x/***"},
		{"a secret in a message about a schema", `'it\'s "a\\b" c' does not match pattern '^z$'`, "'***' does not match pattern '^z$'"},
		{"a secret in a message of Go", `"it's \"a\\b\" c" is no name`, `"***" is no name`},
		{"a secret in capitals", "NO CORRECT HORSE&BATTERY", "NO ***"},
		{"a short secret in capitals", "key ABC.", "key ***."},
		{"a secret in base64", base64.StdEncoding.EncodeToString([]byte("correct horse&battery")), "***"},
		{"an echo that is cut short", "key: 'correct ho…'", "key: '***…'"},
		{"a short secret that stands alone", "key abc.", "key ***."},
		{"a short secret within a word is none", "the abcissa", "the abcissa"},
		{"a line of a secret", "line-two-of-a-key", "***"},
		{"the canonical request of AWS", "host:h\nx-amz-security-token:IQoJb3JpZ2luX2VjE//example+token==\n", "host:h\nx-amz-security-token:***\n"},
		{"the credential of a signature", "Credential LABKEYEXAMPLE0001 is unknown", "Credential *** is unknown"},
		{"a signature", "'Signature=0f1e2d3c4b5a69788796a5b4c3d2e1f0' does not match", "'Signature=***' does not match"},
		{"a cookie", "hello s3ss10nvalue", "hello ***"},
		{"the password of basic authentication", "opensesame is wrong", "*** is wrong"},
		{"an unknown access key", "AKIAIOSFODNN7EXAMPLE", "***"},
		{"an unknown web token", "got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln", "got ***"},
		{"a password by its name", `{"password": "hunter2isbad"}`, `{"password": "***"}`},
		{"a bearer token by its scheme", "Authorization: Bearer 0123456789abcdef", "Authorization: Bearer ***"},
		{"a word after the name is no secret", "invalid token: expired", "invalid token: expired"},
		{"a word after a scheme is no secret", "Basic realm", "Basic realm"},
	} {
		if got := mask.Text(row.text); got != row.want {
			t.Errorf("%s: %q becomes %q, want %q", row.what, row.text, got, row.want)
		}
	}
	for before := range 6 {
		text := base64.URLEncoding.EncodeToString([]byte(strings.Repeat("x", before) + "correct horse&battery and more"))
		got := mask.Text(text)
		i := strings.Index(got, Masked)
		if i < 0 || len(got)-len(Masked) > len(text)-26 {
			t.Errorf("a secret within base64, after %d bytes: %q becomes %q", before, text, got)
		}
	}
	if got := mask.Start("it ends with correct"); got != "it ends with ***" {
		t.Errorf("a text that goes on keeps the first characters of a secret: %q", got)
	}
	if got := (*Mask)(nil).Start("AKIAIOSFODNN7EXAMPLE"); got != "***" {
		t.Errorf("without known secrets: %q", got)
	}
}

func TestAnAddressShowsNoSecrets(t *testing.T) {
	u, _ := url.Parse("https://user:password@api.example.com/prod?key=1")
	if got := (&Target{URL: u}).Address(); got != "https://api.example.com/prod" {
		t.Error(got)
	}
	if got := (&Target{URL: u, Messages: true}).Address(); got != "wss://api.example.com/prod" {
		t.Error(got)
	}
	if got := (&Target{URL: u, ShownPath: "/***"}).Address(); got != "https://api.example.com/***" {
		t.Error(got)
	}
}

// No text comes out of a mask with a secret in it, in any of the spellings.
func FuzzMask(f *testing.F) {
	f.Add("correct horse", "before ", " after")
	f.Add("a&b<c>\"d\"", "x", "")
	f.Add("ÄÖÜ-secret", "%", "=")
	f.Fuzz(func(t *testing.T, secret, before, after string) {
		secret = strings.TrimSpace(strings.ReplaceAll(secret, "\n", " "))
		if len(secret) < wholeWord || strings.Contains(secret, "*") {
			return // too short to be masked, or the mark itself
		}
		mask := NewMask(secret)
		for _, form := range append(spellings(secret), secret, strings.ToUpper(secret)) {
			for _, got := range []string{mask.Text(before + form + after), mask.Start(before + form)} {
				if strings.Contains(lower(got), lower(secret)) {
					t.Errorf("%q is left in %q", secret, got)
				}
			}
		}
	})
}

func TestAMaskTakesSecretsOutOfNamesOfFields(t *testing.T) {
	m := NewMask("kQ7vZp2mXw9RtB4n")
	for said, want := range map[string]string{
		"Content-Type":              "Content-Type",
		"X-Kq7vzp2mxw9rtb4n":        "X-***",
		"x-kq7vzp2mxw9rtb4n-suffix": "x-***-suffix",
		"x-kq7vzp2mxw":              "x-***", // cut short
	} {
		if got := m.Text(said); got != want {
			t.Errorf("%s is shown as %s, want %s", said, got, want)
		}
	}
}
