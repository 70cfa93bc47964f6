package engines

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/load"
	"tollgate/targets"
)

// What front doors and applications say of a response in headers, every engine reads, and
// believes only what is said once.
func TestWhatHeadersSayOfAResponse(t *testing.T) {
	t.Parallel()
	type said struct {
		cached    targets.CacheAnswer
		release   results.Release
		errorType string
	}
	releases := targets.Releases{Header: "X-Version", Base: "1", Canary: "2"}
	type row struct {
		lines string
		want  said
	}
	for _, front := range []struct {
		kind *targets.Kind
		rows []row
	}{
		{&targets.CloudFront, []row{
			{"X-Cache: Hit from cloudfront", said{cached: targets.CacheHit}},
			{"X-Cache: Hit from cloudfront|X-Cache: Miss from cloudfront", said{cached: targets.CacheUnknown}},
			{"", said{cached: targets.CacheUnknown}},
		}},
		{&targets.RESTAPI, []row{
			{"X-Version: 2", said{release: results.Canary}},
			{"X-Version: 2|X-Version: 1", said{release: results.UnknownRelease}},
			{"X-Version: 1|X-Version: 1", said{release: results.Base}},
		}},
		{&targets.LambdaWeb, []row{
			{":status: 502|lambda-web-error-type: Runtime.RequestFailed", said{errorType: "Runtime.RequestFailed"}},
			{"lambda-web-error-type: Runtime.RequestFailed", said{}}, // it is no error
			{":status: 502", said{}},
		}},
	} {
		eachEngine(t, func(t *testing.T, e load.Kind) {
			s := serve(t, func(w http.ResponseWriter, r *http.Request) {
				n, _ := strconv.Atoi(r.URL.Path[1:])
				for line := range strings.SplitSeq(front.rows[n].lines, "|") {
					if name, value, _ := strings.Cut(line, ": "); name == ":status" {
						code, _ := strconv.Atoi(value)
						defer w.WriteHeader(code)
					} else if name != "" {
						w.Header().Add(name, value)
					}
				}
			})
			r := newRig(s.URL)
			r.job.Targets[0].Kind, r.job.Targets[0].Releases = front.kind, releases
			r.job.Requests = nil
			for i := range front.rows {
				r.job.Requests = append(r.job.Requests, scenarios.Request{Name: fmt.Sprint("r", i), Method: http.MethodGet, Path: fmt.Sprint("/", i), Timeout: time.Second})
			}
			r.job.Pick = func(seq uint64) uint16 { return uint16(seq % uint64(len(front.rows))) }
			for _, s := range r.drive(t, e, every(2*time.Millisecond, len(front.rows))) {
				row := front.rows[s.Request]
				if row.want.release == results.NoRelease {
					row.want.release = results.UnknownRelease
				}
				if got := (said{s.Cached, s.Release, s.ErrorType}); got != row.want {
					t.Errorf("%s, %q: %+v, want %+v", front.kind.Name, row.lines, got, row.want)
				}
			}
		})
	}
}
