//go:build soak

package engines

import (
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios/load"
	"tollgate/targets"
	"tollgate/targets/auth"
)

// credentialProcess prints credentials that are good for twelve seconds, after two seconds
// of thought.
const credentialProcess = `#!/bin/sh
sleep 2
n=$(date +%s)
printf '{"Version":1,"AccessKeyId":"AKID%s","SecretAccessKey":"s","SessionToken":"t","Expiration":"%s"}' "$n" "$(date -u -d "@$((n + 12))" +%Y-%m-%dT%H:%M:%SZ)"
`

// While a credential_process takes two seconds to renew credentials, requests
// go on arriving at the server as they do at all other times: no gap is longer
// than 20 ms, or than twice the longest of those other times where the machine
// is busy with something else.
func TestSoakRenewalOfCredentials(t *testing.T) {
	const rate, length = 200, 14 * time.Second
	folder := t.TempDir()
	program := filepath.Join(folder, "process")
	config := "[default]\nregion = eu-central-1\ncredential_process = " + program + "\n"
	for name, text := range map[string]string{program: credentialProcess, filepath.Join(folder, "config"): config} {
		if err := os.WriteFile(name, []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"} {
		t.Setenv(name, "")
		_ = os.Unsetenv(name)
	}
	t.Setenv("AWS_CONFIG_FILE", filepath.Join(folder, "config"))
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", filepath.Join(folder, "none"))
	eachEngine(t, func(t *testing.T, e load.Kind) {
		var mu sync.Mutex
		var arrived []time.Time
		keys := map[string]time.Time{} // when each was first seen
		r := newRig(serve(t, func(_ http.ResponseWriter, req *http.Request) {
			now := time.Now()
			_, id, _ := strings.Cut(req.Header.Get("Authorization"), "Credential=")
			id, _, _ = strings.Cut(id, "/")
			mu.Lock()
			defer mu.Unlock()
			arrived = append(arrived, now)
			if _, seen := keys[id]; !seen {
				keys[id] = now
			}
		}).URL)
		target := &r.job.Targets[0]
		target.Kind, target.Auth.IAM = &targets.FunctionURL, &targets.IAM{}
		var err error
		if r.job.Stamps[0], err = new(auth.Issuer).Stamp(t.Context(), *target); err != nil {
			t.Fatal(err)
		}
		engine := r.open(t, e)
		r.run(t, engine, every(time.Second/rate, int(length.Seconds()*rate)))
		var lag time.Duration
		for _, s := range r.samples {
			if s.Err != results.ErrNone {
				t.Fatalf("request %d: %v", s.Seq, s.Err)
			}
			lag = max(lag, s.Begun-s.Due)
		}
		health := engine.Health()
		slices.SortFunc(arrived, time.Time.Compare)
		var renewals []time.Time
		for _, first := range keys {
			if first.Sub(arrived[0]) > time.Second {
				renewals = append(renewals, first)
			}
		}
		within, beside := gaps(arrived, renewals)
		t.Logf("%d renewals in %v; longest gap at the server %v while the process thought, %v at other times; %+v", len(renewals), length, within, beside, health)
		if len(renewals) == 0 {
			t.Errorf("no renewal within %v", length)
		}
		if most := max(20*time.Millisecond, 2*beside); within > most {
			t.Errorf("a gap of %v while credentials were renewed, want %v at most", within, most)
		}
		if most := max(20*time.Millisecond, 2*beside); lag > most {
			t.Errorf("a request was taken up %v late, want %v at most", lag, most)
		}
		if warnings := r.job.Stamps[0].Keyring.Warnings(); len(warnings) > 0 {
			t.Errorf("warned %q", warnings)
		}
	})
}

// gaps are the longest times without an arrival: during the two seconds before
// each renewal, and at other times.
func gaps(arrived, renewals []time.Time) (within, beside time.Duration) {
	for i, at := range arrived[1:] {
		gap := at.Sub(arrived[i])
		if slices.ContainsFunc(renewals, func(r time.Time) bool { return at.After(r.Add(-2100*time.Millisecond)) && arrived[i].Before(r) }) {
			within = max(within, gap)
		} else {
			beside = max(beside, gap)
		}
	}
	return within, beside
}
