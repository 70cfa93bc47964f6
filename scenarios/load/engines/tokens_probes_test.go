//go:build probes && unix

package engines

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios/load"
	"tollgate/targets"
	"tollgate/targets/auth"
)

// mint prints a web token that expires within two to three seconds.
const mint = `n=$(date +%s)
printf 'e30.%s.x\n' "$(printf '{"exp":%d}' $((n + 3)) | base64 | tr -d '=\n')"`

// A guarded server lets requests in whose token has not expired.
type guarded struct {
	mu      sync.Mutex
	tokens  map[string]bool
	refused int
}

func (g *guarded) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	var claims struct{ Exp int64 }
	if parts := strings.Split(token, "."); len(parts) == 3 {
		payload, _ := base64.RawURLEncoding.DecodeString(parts[1])
		_ = json.Unmarshal(payload, &claims) // of what is no token nothing is read
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.tokens[token] = true
	if !time.Now().Before(time.Unix(claims.Exp, 0)) {
		g.refused++
		w.WriteHeader(http.StatusUnauthorized)
	}
}

// Tokens of two to three seconds, for eight: no request arrives with an expired one, and none
// is held up by a renewal, however long that takes.
func TestTokensOfSecondsAreRenewedDuringTheLoad(t *testing.T) {
	const rate, length = 200, 8 * time.Second
	for name, takes := range map[string]string{"at once": "", "within 400 ms": "sleep 0.4; "} {
		oneByOne(t, func(t *testing.T, e load.Kind) {
			retried(t, func() string {
				g := &guarded{tokens: map[string]bool{}}
				r := newRig(serve(t, g.ServeHTTP).URL)
				target := &r.job.Targets[0]
				target.Kind, target.Auth.Command = &targets.HTTPAPI, &targets.TokenCommand{Text: takes + mint}
				var err error
				if r.job.Stamps[0], err = new(auth.Issuer).Stamp(t.Context(), *target); err != nil {
					t.Fatal(err)
				}
				stop := lateness(t)
				samples := r.drive(t, e, every(time.Second/rate, int(length.Seconds()*rate)))
				machine := stop()
				var lag time.Duration
				for _, s := range samples {
					if s.Err != results.ErrNone {
						t.Fatalf("request %d: %v", s.Seq, s.Err)
					}
					lag = max(lag, s.Begun-s.Due)
				}
				t.Logf("renewed %s: %d tokens for %d requests, %d refused; taken up %v late at most", name, len(g.tokens), len(samples), g.refused, lag)
				if len(g.tokens) < 4 {
					t.Errorf("%d tokens in %v", len(g.tokens), length)
				}
				if warnings := r.job.Stamps[0].Keyring.Warnings(); len(warnings) > 0 {
					t.Errorf("warned %q", warnings)
				}
				most := max(20*time.Millisecond, 2*machine[len(machine)-1])
				if g.refused > 0 || lag > most {
					return fmt.Sprintf("%d requests were refused, and one was taken up %v late, want none, and %v at most", g.refused, lag, most)
				}
				return ""
			})
		})
	}
}
