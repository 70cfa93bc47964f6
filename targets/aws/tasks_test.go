package aws

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestTasksAreStartedBySignedCalls(t *testing.T) {
	var target, authorization string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		target, authorization = r.Header.Get("X-Amz-Target"), r.Header.Get("Authorization")
		var in struct{ Cluster string }
		body, _ := io.ReadAll(r.Body)
		if json.Unmarshal(body, &in) != nil || in.Cluster == "none" {
			w.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(w, `{"__type":"ClusterNotFoundException","message":"Cluster not found."}`)
			return
		}
		_, _ = io.WriteString(w, `{"tasks":[{"taskArn":"arn:aws:ecs:eu-west-1:123456789012:task/load/1"}],"failures":[]}`)
	}))
	defer server.Close()
	t.Setenv("AWS_ENDPOINT_URL_ECS", server.URL)
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "a secret")
	t.Setenv("AWS_CONFIG_FILE", "/dev/null")
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
	tasks, err := OpenTasks(t.Context(), "eu-west-1")
	if err != nil {
		t.Fatal(err)
	}
	var out struct{ Tasks []struct{ TaskArn string } }
	if err := tasks.Ask(t.Context(), "RunTask", map[string]any{"cluster": "load"}, &out); err != nil || len(out.Tasks) != 1 {
		t.Fatalf("%v, %+v", err, out)
	}
	if target != "AmazonEC2ContainerServiceV20141113.RunTask" || !strings.Contains(authorization, "/eu-west-1/ecs/aws4_request") {
		t.Errorf("asked %q with %q", target, authorization)
	}
	err = tasks.Ask(t.Context(), "RunTask", map[string]any{"cluster": "none"}, &out)
	if err == nil || !strings.Contains(err.Error(), "Cluster not found") || strings.Contains(err.Error(), "a secret") {
		t.Errorf("a cluster that is not there: %v", err)
	}
}
