package engines

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"tollgate/scenarios"
	"tollgate/scenarios/load"
	"tollgate/scenarios/load/nethttp"
	"tollgate/scenarios/values"
	"tollgate/targets"
	"tollgate/targets/auth"
	"tollgate/targets/lab/aws/sigv4"
)

// signedRequests is how many random requests are signed for each service.
const signedRequests = 200

// Requests of odd characters carry signatures that the lab's verifier, which
// shares no code with the signer, computes as well, from the bytes that each
// engine writes. make interop asks botocore too.
func TestRandomRequestsAreSignedRight(t *testing.T) {
	const id, secret = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
	for name, value := range map[string]string{
		"AWS_ACCESS_KEY_ID": id, "AWS_SECRET_ACCESS_KEY": secret, "AWS_SESSION_TOKEN": "t/+=",
		"AWS_CONFIG_FILE": t.TempDir() + "/none", "AWS_SHARED_CREDENTIALS_FILE": t.TempDir() + "/none",
	} {
		t.Setenv(name, value)
	}
	seed := rand.Uint64()
	keys := sigv4.Keys{id: secret}
	for _, row := range []struct {
		kind    *targets.Kind
		address string
	}{
		{&targets.RESTAPI, "https://abc123.execute-api.eu-central-1.amazonaws.com:443/prod"},
		{&targets.HTTPAPI, "http://[fe80::1%25eth0]:80"},
		{&targets.FunctionURL, "https://abc.lambda-url.eu-central-1.on.aws:8443"},
	} {
		base, err := url.Parse(row.address)
		if err != nil {
			t.Fatal(err)
		}
		target := targets.Target{Kind: row.kind, URL: base, Region: "eu-central-1", Auth: targets.Auth{IAM: &targets.IAM{}}}
		stamp, err := new(auth.Issuer).Stamp(t.Context(), target)
		if err != nil {
			t.Fatal(err)
		}
		requests := randomRequests(rand.New(rand.NewPCG(seed, 0)))
		messages, err := load.Compose(load.Job{Targets: []targets.Target{target}, Stamps: []targets.Stamp{stamp}, Requests: requests})
		if err != nil {
			t.Fatal(err)
		}
		for i := range requests {
			r, err := messages[0][i].Render(&values.Sending{Seq: uint64(i)})
			if err != nil {
				t.Fatal(err)
			}
			var theirs bytes.Buffer
			if err := nethttp.HTTPRequest(t.Context(), r).Write(&theirs); err != nil {
				t.Fatal(err)
			}
			ours := load.AppendHTTP1(nil, r)
			if !bytes.Equal(ours, theirs.Bytes()) {
				t.Errorf("seed %d: one engine writes %q, the other %q", seed, ours, theirs.Bytes())
			}
			if err := verifyByLab(keys, ours, row.kind.Signing); err != nil {
				t.Errorf("seed %d: %v: %q", seed, err, ours)
			}
		}
	}
}

func verifyByLab(keys sigv4.Keys, raw []byte, service string) error {
	r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(raw)))
	if err != nil {
		return err
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	return keys.Verify(r, body, service, time.Now())
}

func randomRequests(chance *rand.Rand) []scenarios.Request {
	all := make([]scenarios.Request, signedRequests)
	for i := range all {
		r := scenarios.Request{
			Name: fmt.Sprintf("r%d", i), Method: pick(chance, "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"),
			Path: randomPath(chance) + randomQuery(chance), Header: targets.Header{}, Timeout: 10 * time.Second,
		}
		for range chance.IntN(4) {
			name := "X-" + text(chance, 1+chance.IntN(8), "a", "B", "c", "_", "-", "Z", "9", ".", "~")
			for range 1 + chance.IntN(3) {
				r.Header.Add(name, text(chance, chance.IntN(12), " ", "  ", "\t", "a", "B", ",", `"`, ";", ":", "=", "ä", "☃", "%20", "\\"))
			}
		}
		if chance.IntN(2) == 0 {
			r.Header.Set(pick(chance, "content-type", "Content-Type"), "text/plain;  charset=utf-8")
		}
		if r.Method != "GET" && r.Method != "HEAD" && chance.IntN(3) > 0 {
			r.Body = []byte(text(chance, chance.IntN(500), "a", "\x00", "\xff", "\r\n", "{}"))
		}
		if chance.IntN(4) == 0 { // a key is signed, too
			r.Keys, r.Path, r.Body = &scenarios.Keys{Count: 1000}, "/${key}"+r.Path, append(r.Body, "${key}"...)
		}
		all[i] = r
	}
	return all
}

var odd = []string{
	"a", "B", "7", "-", "_", ".", "~", "!", "$", "'", "(", ")", "*", "+", ",", ";", ":", "@",
	"%20", "%2F", "%2f", "%25", "%7E", "%C3%A4", "%c3%a4", "%E2%98%83", "%26", "%3D", "%3b", "%00",
}

// stray are pieces of a query alone: percent signs that begin no escape, and
// separators of a path.
var stray = []string{"%~", "%z", "%%~", "%-", "/", "?"}

func randomPath(chance *rand.Rand) (path string) {
	for range chance.IntN(5) {
		path += "/" + pick(chance, "", ".", "..", "...", "plain", text(chance, 1+chance.IntN(6), odd...), text(chance, 1+chance.IntN(6), append(odd, "&", "=")...))
	}
	if path == "" || chance.IntN(4) == 0 {
		path += "/"
	}
	return path
}

func randomQuery(chance *rand.Rand) string {
	if chance.IntN(5) == 0 {
		return pick(chance, "", "?")
	}
	var pairs []string
	for range chance.IntN(6) {
		pair := text(chance, 1+chance.IntN(3), append(odd, stray...)...)
		if chance.IntN(5) > 0 {
			pair += "=" + text(chance, chance.IntN(6), append(odd, stray...)...) + pick(chance, "", "", "=", "%", "%4")
		}
		pairs = append(pairs, pair)
		if chance.IntN(4) == 0 {
			pairs = append(pairs, pick(chance, pair, "", pair+"0", "a=1", "a-b=1", "a=0"))
		}
	}
	return "?" + strings.Join(pairs, "&")
}

func pick(chance *rand.Rand, among ...string) string { return among[chance.IntN(len(among))] }

// text is n of the given pieces.
func text(chance *rand.Rand, n int, pieces ...string) string {
	var b strings.Builder
	for range n {
		b.WriteString(pick(chance, pieces...))
	}
	return b.String()
}
