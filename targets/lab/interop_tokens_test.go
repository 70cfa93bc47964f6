//go:build interop

package lab

import (
	"encoding/json"
	"io"
	"net/http"
	"os/exec"
	"strings"
	"testing"

	"tollgate/targets/lab/identity"
)

// cli asks the lab by Debian's awscli, and returns what it printed and how it ended.
func cli(t *testing.T, l *Lab, args ...string) (string, error) {
	t.Helper()
	command := exec.CommandContext(t.Context(), "/usr/bin/aws", append([]string{"--endpoint-url", l.CloudWatchURL(), "--output", "json"}, args...)...)
	command.Env = keysOfLab(t, l)
	text, err := command.CombinedOutput()
	return string(text), err
}

func TestTheCommandLineSignsInAndReadsSecrets(t *testing.T) {
	c := quick()
	c.UserPool = &UserPool{Users: []identity.User{{Name: "ada", Password: "pw"}, {Name: "eve", Password: "pw", Status: "FORCE_CHANGE_PASSWORD"}}}
	l := open(t, c)
	for _, row := range []struct {
		args []string
		want string
	}{
		{[]string{"cognito-idp", "initiate-auth", "--client-id", "lab-app", "--auth-flow", "USER_PASSWORD_AUTH", "--auth-parameters", "USERNAME=ada,PASSWORD=pw"}, `"RefreshToken": "`},
		{[]string{"cognito-idp", "initiate-auth", "--client-id", "lab-app", "--auth-flow", "USER_PASSWORD_AUTH", "--auth-parameters", "USERNAME=ada,PASSWORD=no"}, "(NotAuthorizedException)"},
		{[]string{"cognito-idp", "initiate-auth", "--client-id", "lab-app", "--auth-flow", "USER_PASSWORD_AUTH", "--auth-parameters", "USERNAME=eve,PASSWORD=pw"}, `"ChallengeName": "NEW_PASSWORD_REQUIRED"`},
		{[]string{"secretsmanager", "get-secret-value", "--secret-id", "lab/service"}, `"SecretString": "{\"client_secret\"`},
		{[]string{"secretsmanager", "get-secret-value", "--secret-id", "none"}, "(ResourceNotFoundException)"},
		{[]string{"ssm", "get-parameter", "--name", "/lab/client-secret", "--with-decryption"}, `"Value": "open-to-all-in-the-lab"`},
		{[]string{"ssm", "get-parameter", "--name", "/none"}, "(ParameterNotFound)"},
	} {
		text, err := cli(t, l, row.args...)
		if !strings.Contains(text, row.want) || strings.HasPrefix(row.want, "(") != (err != nil) {
			t.Errorf("%v: %v\n%s\nwant %s", row.args, err, text, row.want)
		}
	}
}

// verifyByPyJWT reads a token and a key set, and prints the claims.
const verifyByPyJWT = `
import json, sys, jwt
token, keys = json.load(sys.stdin)
key = jwt.PyJWKSet.from_dict(keys).keys[0]
print(json.dumps(jwt.decode(token, key.key, algorithms=["RS256"], audience="api", issuer="https://login.lab.invalid",
    options={"require": ["exp", "iat", "sub", "jti"]})))`

// TestAForeignLibraryVerifiesTheTokens needs Debian's python3-jwt.
func TestAForeignLibraryVerifiesTheTokens(t *testing.T) {
	l := open(t, quick())
	form := tokenRequest()
	form.Set("audience", "api")
	var granted struct {
		Token string `json:"access_token"`
	}
	read := func(got *http.Response, err error) []byte {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		defer got.Body.Close()
		text, err := io.ReadAll(got.Body)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	if err := json.Unmarshal(read(http.PostForm(l.TokensURL(), form)), &granted); err != nil {
		t.Fatal(err)
	}
	keys := read(http.Get(l.CloudWatchURL() + "/.well-known/jwks.json"))
	for token, good := range map[string]bool{granted.Token: true, granted.Token[:len(granted.Token)-6] + "AAAAAA": false} {
		in, err := json.Marshal([]any{token, json.RawMessage(keys)})
		if err != nil {
			t.Fatal(err)
		}
		command := exec.CommandContext(t.Context(), "/usr/bin/python3", "-c", verifyByPyJWT)
		command.Stdin = strings.NewReader(string(in))
		text, err := command.CombinedOutput()
		if (err == nil) != good || strings.Contains(string(text), `"sub": "lab-service"`) != good {
			t.Errorf("good %v: %v\n%s", good, err, text)
		}
	}
}
