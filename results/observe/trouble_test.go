package observe

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tollgate/targets"
	"tollgate/targets/lab/aws/protocol"
	"tollgate/targets/targettest"
)

func TestThrottlingIsBackedOffFrom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ts := targettest.FourDoors()[:1]
		store := targettest.NewCloudWatch(time.Now, 0)
		publish(store, ts[0], time.Now(), hit{200, 12, 10, 8})
		run := runOf(t, time.Now(), time.Second, ts, sent{n: 1, status: 200})
		store.Refuse(protocol.Throttling, 5)
		got, err := near(store).Observe(t.Context(), run, ts)
		if err != nil || got.Targets[0].Error != "" || len(got.Targets[0].Metrics) == 0 {
			t.Errorf("error %v; target: %s", err, got.Targets[0].Error)
		}
		store.Refuse(protocol.Throttling, -1)
		got, err = near(store).Observe(t.Context(), run, ts)
		if err != nil || !strings.Contains(got.Targets[0].Error, "kept throttling") || !strings.Contains(got.Targets[0].Error, "tollgate observe") {
			t.Errorf("error %v; target: %s", err, got.Targets[0].Error)
		}
	})
}

func TestWhatWentWrongIsToldWithTheWayOut(t *testing.T) {
	leak := protocol.Refusal{Status: 403, Code: "SignatureDoesNotMatch", Message: "The canonical string should have been x-amz-security-token:hunter2"}
	tests := []struct {
		name    string
		refusal protocol.Refusal
		want    []string
	}{
		{"no permission", protocol.AccessDenied, []string{"allow these credentials the action cloudwatch:GetMetricData", "tollgate observe"}},
		{"expired credentials", protocol.ExpiredToken, []string{"have expired", "aws sso login", "tollgate observe"}},
		{"wrong credentials", protocol.Unrecognised, []string{"does not accept the AWS credentials (InvalidClientTokenId)"}},
		{"a wrong signature", leak, []string{"does not accept the AWS credentials (SignatureDoesNotMatch)"}},
		{"a fault of AWS's", protocol.InternalFault, []string{"answered InternalServiceError"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ts := targettest.FourDoors()
				store := targettest.NewCloudWatch(time.Now, 0)
				store.Refuse(test.refusal, -1)
				run := runOf(t, time.Now(), time.Second, ts, sent{n: 1, status: 200})
				got, err := near(store).Observe(t.Context(), run, ts)
				if err != nil {
					t.Fatal(err)
				}
				for _, doc := range got.Targets {
					for _, want := range test.want {
						if !strings.Contains(doc.Error, want) {
							t.Errorf("%s: %q does not say %q", doc.Target, doc.Error, want)
						}
					}
					if strings.Contains(doc.Error, "hunter2") {
						t.Errorf("%s: a secret shows: %s", doc.Target, doc.Error)
					}
				}
				if got.Settled {
					t.Error("nothing was read, yet it settled")
				}
			})
		})
	}
}

func TestOnePlaceInTroubleDoesNotLoseTheOthers(t *testing.T) {
	ts := targettest.FourDoors()
	store := targettest.NewCloudWatch(time.Now, 0)
	server := httptest.NewServer(store.Handler())
	defer server.Close()
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	for i := range ts {
		ts[i].CloudWatch = server.URL
	}
	ts[1].CloudWatch = gone.URL // nobody listens there any more
	ts[2].Function.Name = ""    // nothing says how CloudWatch calls it
	ts = append(ts, targets.Target{Name: "origin", Kind: &targets.Origin})
	publish(store, ts[0], time.Now(), hit{200, 12, 10, 8})
	publish(store, ts[3], time.Now(), hit{200, 12, 10, 8})
	run := runOf(t, time.Now(), time.Second, ts, sent{n: 1, status: 200}, sent{target: 3, n: 1, status: 200})
	got, err := Observer{Lab: Pace{Every: time.Millisecond, Limit: time.Second}}.Observe(t.Context(), run, ts)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"", "cannot be reached", "give it function.name", "", ""}
	for i, doc := range got.Targets {
		if (want[i] == "") != (doc.Error == "") || !strings.Contains(doc.Error, want[i]) {
			t.Errorf("%s: error %q, want %q", doc.Target, doc.Error, want[i])
		}
		if hasMetrics := i == 0 || i == 3; hasMetrics != (len(doc.Metrics) > 0) {
			t.Errorf("%s: %d metrics", doc.Target, len(doc.Metrics))
		}
	}
}

func TestWithoutCredentialsAWSIsNotAsked(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_REGION", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"} {
		t.Setenv(name, "")
	}
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	tests := []struct {
		name   string
		target targets.Target
		want   string
	}{
		{"no credentials", targets.Target{Region: "eu-central-1"}, "there are no AWS credentials, neither in the environment nor in a profile; set AWS_PROFILE"},
		{"no region", targets.Target{}, "give the target a region, or set AWS_REGION"},
		{"an unknown profile", targets.Target{Region: "eu-central-1", Auth: targets.Auth{IAM: &targets.IAM{Profile: "nightly"}}}, "there is no AWS profile \"nightly\" on this machine; sign in with \"aws sso login --profile nightly\""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			test.target.Name, test.target.Kind, test.target.API = "http", &targets.HTTPAPI, "a1b2c3"
			ts := []targets.Target{test.target}
			got, err := Observer{}.Observe(t.Context(), runOf(t, time.Now(), time.Second, ts, sent{n: 1, status: 200}), ts)
			if err != nil || !strings.Contains(got.Targets[0].Error, test.want) {
				t.Errorf("error %v; target: %+v, want %q", err, got, test.want)
			}
		})
	}
}

func TestAWSIsReadThroughTheDefaultChain(t *testing.T) {
	store := targettest.NewCloudWatch(time.Now, 0)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if auth := r.Header.Get("Authorization"); !strings.Contains(auth, "/eu-central-1/monitoring/aws4_request") || !strings.Contains(auth, "Credential=AKIDEXAMPLE/") {
			t.Errorf("signed as %s", auth)
		}
		store.Handler().ServeHTTP(w, r)
	}))
	defer server.Close()
	t.Setenv("HOME", t.TempDir())
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	t.Setenv("AWS_PROFILE", "")
	t.Setenv("AWS_ENDPOINT_URL", server.URL)
	ts := []targets.Target{{Name: "http", Kind: &targets.HTTPAPI, API: "a1b2c3", Region: "eu-central-1"}}
	publish(store, ts[0], time.Now(), hit{200, 12, 0, 0})
	run := runOf(t, time.Now(), time.Second, ts, sent{n: 1, status: 200, service: 15 * time.Millisecond})
	got, err := Observer{Live: Pace{Every: time.Millisecond}}.Observe(t.Context(), run, ts)
	if err != nil || got.Targets[0].Error != "" {
		t.Fatalf("error %v; target: %s", err, got.Targets[0].Error)
	}
	if c, _ := check(got.Targets[0], "requests"); number(c.AWS) != 1 {
		t.Errorf("AWS counted %v", number(c.AWS))
	}
}
