package aws

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"tollgate/targets"
	"tollgate/targets/lab"
	"tollgate/targets/targettest"
)

func TestAFunctionWithALogGroupOfItsOwnIsFound(t *testing.T) {
	tiny := &lab.LogNormal{Median: lab.Duration(time.Millisecond)}
	_, ts := targettest.StartLab(t, lab.Config{Doors: []lab.DoorConfig{{Kind: "http-api", Function: &lab.Function{LogGroup: "/team/ml", Init: tiny, Warm: tiny}}}})
	target := ts[0]
	send(t, target, 3)
	from, to := minuteAround()
	reports, err := opened(t, target).Reports(t.Context(), target, from, to)
	if err != nil || len(reports) != 3 {
		t.Errorf("%d reports, %v", len(reports), err)
	}
}

// logService answers for one function and its logs.
type logService struct {
	group  string // the function's; "" where its configuration may not be read
	exists string // the only group that exists
	stream string // of its only line
}

func (s logService) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	refuse := func(status int, code string) {
		w.Header().Set("X-Amzn-ErrorType", code)
		w.WriteHeader(status)
		fmt.Fprintf(w, `{"message":"no"}`)
	}
	body := make([]byte, 4096)
	n, _ := r.Body.Read(body)
	switch target := r.Header.Get("X-Amz-Target"); {
	case target == "" && s.group == "":
		refuse(403, "AccessDeniedException")
	case target == "":
		fmt.Fprintf(w, `{"FunctionName":"ml","LoggingConfig":{"LogGroup":%q}}`, s.group)
	case strings.HasSuffix(target, ".StartQuery") && !strings.Contains(string(body[:n]), fmt.Sprintf("%q", s.exists)):
		refuse(400, "ResourceNotFoundException")
	case strings.HasSuffix(target, ".StartQuery"):
		fmt.Fprint(w, `{"queryId":"1"}`)
	default:
		fmt.Fprintf(w, `{"status":"Complete","results":[[{"field":"@requestId","value":"r"},{"field":"@logStream","value":%q}]]}`, s.stream)
	}
}

func TestWhereAFunctionLogs(t *testing.T) {
	const stream = "2026/11/29/[$LATEST]0123"
	for _, row := range []struct {
		fact    string
		service logService
		reports int
		want    string // of the error
	}{
		{"its usual group", logService{"/aws/lambda/ml", "/aws/lambda/ml", stream}, 1, ""},
		{"a group of its own", logService{"/team", "/team", "2026/11/29/ml[$LATEST]0123"}, 1, ""},
		{"a group that it shares with others", logService{"/team", "/team", "2026/11/29/mlx[$LATEST]0123"}, 0, ""},
		{"a group that does not exist", logService{"/team", "/aws/lambda/ml", stream}, 0, "there is no log group /team: its first lines arrive some seconds late"},
		{"a configuration that may not be read", logService{"", "/aws/lambda/ml", stream}, 1, ""},
		{"neither a configuration nor the usual group", logService{"", "/team", stream}, 0, "there is no log group /aws/lambda/ml: the function may log to another group: allow these credentials the action lambda:GetFunctionConfiguration"},
	} {
		t.Run(row.fact, func(t *testing.T) {
			server := httptest.NewServer(row.service)
			defer server.Close()
			target := targets.Target{Name: "t", CloudWatch: server.URL, Function: targets.Function{Name: "123456789012:function:ml:live"}}
			reports, err := opened(t, target).Reports(context.Background(), target, time.Now().Add(-time.Minute), time.Now())
			if len(reports) != row.reports || (err == nil) != (row.want == "") || err != nil && !strings.Contains(err.Error(), row.want) {
				t.Errorf("%v, %v", reports, err)
			}
			if (row.want != "") != errors.Is(err, ErrNoLogGroup) {
				t.Errorf("the cause of %v", err)
			}
		})
	}
}
