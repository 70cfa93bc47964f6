//go:build interop

package probes_test

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"

	"tollgate/results"
	"tollgate/targets"
)

// limitReq is a limit that is not ours. It is a leaky bucket, which refuses what
// would wait: of an empty one, burst + 1 requests pass at once.
// Source: nginx, ngx_http_limit_req_module.
func limitReq(dir string, rate, burst int) (outside, inside string) {
	return fmt.Sprintf("limit_req_zone $server_name zone=all:1m rate=%dr/s;", rate),
		fmt.Sprintf("root %s; limit_req zone=all burst=%d nodelay; limit_req_status 429; try_files /hello.txt =404;", dir, burst)
}

func TestTheLimitOfNginxIsRecovered(t *testing.T) {
	for _, row := range []struct{ rate, burst int }{{50, 20}, {200, 99}} {
		t.Run(fmt.Sprintf("%d per second, burst %d", row.rate, row.burst), func(t *testing.T) {
			t.Parallel()
			tried(t, func() []error {
				u := startNginx(t, func(dir string) (string, string) {
					if err := os.WriteFile(filepath.Join(dir, "hello.txt"), []byte("hello"), 0o600); err != nil {
						t.Fatal(err)
					}
					return limitReq(dir, row.rate, row.burst)
				})
				probe := fmt.Sprintf("usage-plan: {expect: {rate: %d/s, burst: %d}}", row.rate, row.burst+1)
				f, err := concluded(t, targets.Target{Kind: &targets.Origin, URL: u}, probe)
				if err != nil {
					return []error{err}
				}
				rate, burst := f.Values["rate"], f.Values["burst"]
				if f.Verdict == results.Invalid || rate.Low == nil {
					return []error{errors.New(f.Conclusion)}
				}
				t.Logf("%.1f s, %s: %s", f.Seconds, f.Verdict, f.Conclusion)
				if math.Abs(rate.Value/float64(row.rate)-1) > 0.01 || math.Abs(burst.Value-float64(row.burst+1)) > max(1, 0.02*float64(row.burst)) {
					return []error{fmt.Errorf("rate %.5g and burst %.0f, want %d within 1 %% and %d", rate.Value, burst.Value, row.rate, row.burst+1)}
				}
				return nil
			})
		})
	}
}
