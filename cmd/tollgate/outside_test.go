package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	monitor "tollgate/targets/lab/aws/cloudwatch"
	"tollgate/targets/lab/aws/protocol"
	"tollgate/targets/process"
	"tollgate/targets/targettest"
)

// outside is the world around a script: servers on loopback that stand for
// deployed APIs and for AWS, and an environment without credentials.
//
//	$ORIGIN   answers 200 at once
//	$SLOW     answers 200 after 200 ms
//	$BROKEN   answers 500
//	$METRICS  is a CloudWatch that knows of nothing
//	$COUNTED  is a CloudWatch that counted requests of the HTTP API a1b2c3 in two hours of yesterday
//	$DENIED   is a CloudWatch that denies access
//	$EXPIRED  is a CloudWatch that finds the credentials expired
//	$UNSERVED   is an address where nothing listens
//	$HERE     and $THERE are a host and port where a script may listen
func outside(env *testscript.Env) error {
	answer := func(code int, after time.Duration) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			select {
			case <-time.After(after):
			case <-r.Context().Done():
			}
			w.WriteHeader(code)
			_, _ = io.WriteString(w, `{"class_name":"setosa"}`)
		})
	}
	cloudWatch := func(refusal *protocol.Refusal) http.Handler {
		store := targettest.NewCloudWatch(time.Now, 0)
		if refusal != nil {
			store.Refuse(*refusal, -1)
		}
		return store.Handler()
	}
	counted := targettest.NewCloudWatch(time.Now, 0)
	for hour, requests := range map[int]int{10: 6, 20: 18} {
		for range requests {
			at := time.Now().Add(-time.Duration(hour) * time.Hour)
			counted.Put("AWS/ApiGateway", "Count", monitor.Count, monitor.Dimensions{"ApiId": "a1b2c3", "Stage": "$default"}, at, 1)
		}
	}
	for name, handler := range map[string]http.Handler{
		"COUNTED": counted.Handler(),
		"ORIGIN":  answer(http.StatusOK, 0),
		"SLOW":    answer(http.StatusOK, 200*time.Millisecond),
		"BROKEN":  answer(http.StatusInternalServerError, 0),
		"ABSENT":  answer(http.StatusNotFound, 0),
		"METRICS": cloudWatch(nil),
		"DENIED":  cloudWatch(&protocol.AccessDenied),
		"EXPIRED": cloudWatch(&protocol.ExpiredToken),
	} {
		s := httptest.NewServer(handler)
		env.Defer(s.Close)
		env.Setenv(name, s.URL)
	}
	env.Setenv("UNSERVED", "http://127.0.0.1:1") // a port that no server has, and that no connection is given
	for _, name := range []string{"HERE", "THERE"} {
		free, err := process.FreeAddress()
		if err != nil {
			return err
		}
		env.Setenv(name, free)
	}
	for _, name := range []string{"GOGC", "GORACE", "GIT_TEMPLATE_DIR"} {
		if value, set := os.LookupEnv(name); set {
			env.Setenv(name, value)
		}
	}
	env.Setenv("HOME", env.WorkDir)
	env.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	env.Setenv("TOLLGATE_OUT", "runs")
	return nil
}
