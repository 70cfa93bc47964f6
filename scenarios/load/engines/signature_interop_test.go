//go:build interop

package engines

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/netip"
	"os/exec"
	"strings"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios/load"
	"tollgate/targets"
	"tollgate/targets/auth"
	"tollgate/targets/lab/aws/sigv4"
)

// Requests of odd characters, as a server receives them from each engine, carry
// signatures that botocore computes as well, and so does the lab's verifier.
func TestSignaturesAreAcceptedByAnotherImplementation(t *testing.T) {
	const id, secret, token, region = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "token+of/session==", "eu-central-1"
	for name, value := range map[string]string{
		"AWS_ACCESS_KEY_ID": id, "AWS_SECRET_ACCESS_KEY": secret, "AWS_SESSION_TOKEN": token,
		"AWS_CONFIG_FILE": t.TempDir() + "/none", "AWS_SHARED_CREDENTIALS_FILE": t.TempDir() + "/none",
	} {
		t.Setenv(name, value)
	}
	python := pythonWithBotocore(t)
	for _, kind := range []*targets.Kind{&targets.RESTAPI, &targets.FunctionURL} {
		t.Run(kind.Signing, func(t *testing.T) {
			eachEngine(t, func(t *testing.T, e load.Kind) {
				heard := make(chan []byte, signedRequests)
				_, port, _ := net.SplitHostPort(listen(t, func(c net.Conn) { hearRaw(c, heard) }))
				r := newRig("http://abc123." + kind.Signing + ".example:" + port + "/prod")
				r.job.Lookup = func(context.Context, string) ([]netip.Addr, error) {
					return []netip.Addr{netip.MustParseAddr("127.0.0.1")}, nil
				}
				target := &r.job.Targets[0]
				target.Kind, target.Region, target.Auth.IAM = kind, region, &targets.IAM{}
				var err error
				if r.job.Stamps[0], err = new(auth.Issuer).Stamp(t.Context(), *target); err != nil {
					t.Fatal(err)
				}
				seed := rand.Uint64()
				t.Logf("seed %d", seed)
				r.job.Requests = randomRequests(rand.New(rand.NewPCG(seed, 0)))
				r.job.Pick = func(seq uint64) uint16 { return uint16(seq) }
				for _, s := range r.drive(t, e, every(2*time.Millisecond, signedRequests)) {
					if s.Err != results.ErrNone {
						t.Fatalf("request %d: %v", s.Seq, s.Err)
					}
				}
				close(heard)
				var input bytes.Buffer
				byLab, keys := 0, sigv4.Keys{id: secret}
				for raw := range heard {
					fmt.Fprintln(&input, base64.StdEncoding.EncodeToString(raw))
					if err := verifyByLab(keys, raw, kind.Signing); err != nil {
						t.Errorf("the lab: %v: %q", err, clip(raw))
						continue
					}
					byLab++
				}
				output := runBotocore(t, python, &input, id, secret, token, region, kind.Signing)
				accepted := 0
				for i, line := range output {
					if line == "ok" {
						accepted++
					} else {
						t.Errorf("request %d: %s", i, line)
					}
				}
				t.Logf("%d of %d accepted by botocore, %d by the lab", accepted, signedRequests, byLab)
				if accepted != signedRequests || byLab != signedRequests {
					t.Fail()
				}
			})
		})
	}
}

// pythonWithBotocore is Debian's interpreter, or another one that has botocore.
func pythonWithBotocore(t *testing.T) string {
	t.Helper()
	for _, python := range []string{"/usr/bin/python3", "python3"} {
		if exec.Command(python, "-c", "import botocore").Run() == nil {
			return python
		}
	}
	t.Fatal("no Python has botocore; install the package python3-botocore")
	return ""
}

func runBotocore(t *testing.T, python string, input io.Reader, args ...string) []string {
	t.Helper()
	c := exec.CommandContext(t.Context(), python, append([]string{"testdata/botocore/verify.py"}, args...)...)
	var said bytes.Buffer
	c.Stdin, c.Stderr = input, &said
	out, err := c.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, said.String())
	}
	return strings.Split(strings.TrimSpace(string(out)), "\n")
}

// hearRaw reports each request on c byte for byte, and answers it.
func hearRaw(c net.Conn, heard chan<- []byte) {
	var raw bytes.Buffer
	for b := bufio.NewReader(io.TeeReader(c, &raw)); ; raw.Reset() {
		r, err := http.ReadRequest(b)
		if err != nil {
			return
		}
		_, _ = io.Copy(io.Discard, r.Body)
		heard <- bytes.Clone(raw.Bytes())
		answer := sized(200, "ok")
		if r.Method == http.MethodHead {
			answer = strings.TrimSuffix(answer, "ok")
		}
		_, _ = io.WriteString(c, answer)
	}
}
