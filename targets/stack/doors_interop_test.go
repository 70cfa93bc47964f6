//go:build interop

package stack

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"debug/elf"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"golang.org/x/net/websocket"

	"tollgate/targets"
	"tollgate/targets/lab"
)

// bootstraps are the programs of both architectures, as the archives have them.
func bootstraps(t *testing.T) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	for architecture := range Architectures {
		archive, err := Archive(t.Context(), architecture)
		if err != nil {
			t.Fatal(err)
		}
		again, err := Archive(t.Context(), architecture)
		if err != nil || !bytes.Equal(archive, again) {
			t.Errorf("two archives for %s differ, %v", architecture, err)
		}
		r, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
		if err != nil {
			t.Fatal(err)
		}
		f, err := r.Open("bootstrap")
		if err != nil {
			t.Fatal(err)
		}
		if all[architecture], err = io.ReadAll(f); err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %d bytes, in an archive of %d", architecture, len(all[architecture]), len(archive))
	}
	return all
}

// rehearsed is the lab of lab.yaml, with the function that was built for this machine.
func rehearsed(t *testing.T, program []byte) *lab.Lab {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string][]byte{"bootstrap": program, "template.yaml": template} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	c, _, err := lab.ParseConfig("lab.yaml", labFile)
	if err != nil {
		t.Fatal(err)
	}
	f := c.Functions["tollgate-reference"]
	f.Dir = dir
	c.Functions["tollgate-reference"] = f
	s := c.Stacks["tollgate-reference"]
	s.Template = filepath.Join(dir, s.Template)
	c.Stacks["tollgate-reference"] = s
	l, err := lab.Start(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

// A sent is a request to a door of the lab, and what its answer is.
type sent struct {
	door, method, path, body string
	auth                     string // "", "key", "jwt", or the service that a signature is for
	status                   int
	says                     string
}

var requests = []sent{
	{"tollgate-reference-rest", "GET", "/?bytes=700", "", "", 200, `"format":"proxy 1.0","method":"GET","path":"/"`},
	{"tollgate-reference-rest", "GET", "/items/7", "", "", 200, `"path":"/items/7"`},
	{"tollgate-reference-rest", "GET", "/keyed", "", "", 403, "Forbidden"},
	{"tollgate-reference-rest", "GET", "/keyed", "", "key", 200, `"path":"/keyed"`},
	{"tollgate-reference-rest", "GET", "/iam", "", "", 403, "Missing Authentication Token"},
	{"tollgate-reference-rest", "GET", "/iam", "", "execute-api", 200, `"path":"/iam"`},
	{"tollgate-reference-rest", "GET", "/jwt", "", "", 401, "Unauthorized"},
	{"tollgate-reference-rest", "GET", "/jwt", "", "jwt", 200, `"path":"/jwt"`},
	{"tollgate-reference-rest", "POST", "/work", `{"cpu": "1ms", "sleep": "2ms", "status": 418}`, "", 418, `"path":"/work"`},
	{"tollgate-reference-rest", "POST", "/work", `{"naps": 1}`, "", 400, "Invalid request body"},
	{"tollgate-reference-http", "GET", "/", "", "", 200, `"format":"proxy 2.0"`},
	{"tollgate-reference-http", "GET", "/items/7", "", "", 200, `"path":"/items/7"`},
	{"tollgate-reference-http", "POST", "/work", `{"bytes": 700}`, "", 200, `"method":"POST"`},
	{"tollgate-reference-http", "POST", "/work?fail=error", "", "", 500, "Internal Server Error"},
	{"tollgate-reference-http", "GET", "/iam", "", "", 403, "Forbidden"},
	{"tollgate-reference-http", "GET", "/iam", "", "execute-api", 200, `"path":"/iam"`},
	{"tollgate-reference-http", "GET", "/jwt", "", "", 401, "Unauthorized"},
	{"tollgate-reference-http", "GET", "/jwt", "", "jwt", 200, `"path":"/jwt"`},
	{"url", "GET", "/any/path", "", "", 200, `"format":"proxy 2.0","method":"GET","path":"/any/path"`},
	{"url", "GET", "/?fail=panic", "", "", 502, "Internal Server Error"},
	{"iam-url", "GET", "/", "", "", 403, "Forbidden"},
	{"iam-url", "GET", "/", "", "lambda", 200, `"format":"proxy 2.0"`},
	{"balancer", "GET", "/?bytes=%37%30%30", "", "", 200, `"format":"balancer"`},
	{"balancer", "GET", "/?fail=malformed", "", "", 502, "502 Bad Gateway"},
}

// TestTheFunctionServesBehindEveryFrontDoorOfTheLab builds the function as users do, and
// runs the one for this machine behind the doors of lab.yaml.
func TestTheFunctionServesBehindEveryFrontDoorOfTheLab(t *testing.T) {
	machines := map[string]elf.Machine{"arm64": elf.EM_AARCH64, "x86_64": elf.EM_X86_64}
	programs := bootstraps(t)
	for architecture, program := range programs {
		f, err := elf.NewFile(bytes.NewReader(program))
		if err != nil || f.Machine != machines[architecture] || f.Type != elf.ET_EXEC {
			t.Errorf("%s: %v %v", architecture, f, err)
		}
	}
	native := map[string]string{"amd64": "x86_64", "arm64": "arm64"}[runtime.GOARCH]
	l := rehearsed(t, programs[native])
	doors := map[string]lab.Door{}
	for _, d := range l.Doors() {
		doors[d.Name] = d
	}
	token := tokenOf(t, l)
	for _, r := range requests {
		status, head, body := r.send(t, doors[r.door], token)
		sized := strings.Contains(r.path+r.body, "700") || strings.Contains(r.path, "%37%30%30")
		if status != r.status || !strings.Contains(body, r.says) || sized && len(body) != 700 {
			t.Errorf("%s %s %s with %q: %d %s", r.door, r.method, r.path, r.auth, status, body)
		}
		if invoked := strings.HasPrefix(r.says, `"`); invoked != (head.Get("X-Instance-Id") != "") {
			t.Errorf("%s %s: the instance is %q", r.door, r.path, head.Get("X-Instance-Id"))
		}
	}
	answersAndPushes(t, doors["tollgate-reference-socket"].URL)
	cold := int64(0)
	for _, d := range l.Truth().Doors {
		cold += d.ColdStarts
	}
	if cold < 2 { // the first, and the one after the panic
		t.Errorf("%d cold starts", cold)
	}
}

// tokenOf is an ID token of the lab's user.
func tokenOf(t *testing.T, l *lab.Lab) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), "POST", l.CloudWatchURL(), strings.NewReader(`{"AuthFlow": "USER_PASSWORD_AUTH", "ClientId": "lab-app", "AuthParameters": {"USERNAME": "ada", "PASSWORD": "open-to-all-in-the-lab"}}`))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Amz-Target", "AWSCognitoIdentityProviderService.InitiateAuth")
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	got, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	var said struct{ AuthenticationResult struct{ IdToken string } }
	if err := json.NewDecoder(got.Body).Decode(&said); err != nil || said.AuthenticationResult.IdToken == "" {
		t.Fatalf("%s, %v", got.Status, err)
	}
	return said.AuthenticationResult.IdToken
}

func (r sent) send(t *testing.T, to lab.Door, token string) (int, http.Header, string) {
	t.Helper()
	q, err := http.NewRequestWithContext(t.Context(), r.method, to.URL+r.path, strings.NewReader(r.body))
	if err != nil {
		t.Fatal(err)
	}
	q.Header.Set("Content-Type", "application/json")
	switch r.auth {
	case "":
	case "key":
		q.Header.Set("X-Api-Key", "demo")
	case "jwt":
		q.Header.Set("Authorization", "Bearer "+token)
	default:
		digest := sha256.Sum256([]byte(r.body))
		keys := aws.Credentials{AccessKeyID: targets.LabKeys.ID, SecretAccessKey: targets.LabKeys.Secret.Reveal()}
		if err := v4.NewSigner().SignHTTP(t.Context(), keys, q, hex.EncodeToString(digest[:]), r.auth, "us-east-1", time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	got, err := http.DefaultClient.Do(q)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	text, err := io.ReadAll(got.Body)
	if err != nil {
		t.Fatal(err)
	}
	return got.StatusCode, got.Header, string(text)
}

// answersAndPushes has a message answered by the route response, and three pushed.
func answersAndPushes(t *testing.T, url string) {
	t.Helper()
	c, err := websocket.Dial(url, "", "http://localhost/")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(time.Minute))
	hear := func() (text string) {
		if err := websocket.Message.Receive(c, &text); err != nil {
			t.Fatal(err)
		}
		return text
	}
	for message, says := range map[string]string{
		`{"action": "work", "id": 7, "sleep": "1ms"}`: `{"id":7,"instance":"`,
		`not JSON`: `{"instance":"`,
	} {
		if err := websocket.Message.Send(c, message); err != nil {
			t.Fatal(err)
		}
		if text := hear(); !strings.HasPrefix(text, says) || !strings.Contains(text, `"format":"websocket"`) {
			t.Errorf("%s is answered by %s", message, text)
		}
	}
	if err := websocket.Message.Send(c, `{"action": "push", "id": 8, "count": 3, "text": "hi"}`); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`{"id":8,"push":1,"text":"hi"}`, `{"id":8,"push":2,"text":"hi"}`, `{"id":8,"push":3,"text":"hi"}`} {
		if text := hear(); text != want {
			t.Errorf("pushed: %s", text)
		}
	}
}
