package load

import (
	"slices"
	"testing"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/targets"
)

func TestMarksDistinguishFaults(t *testing.T) {
	for name, row := range map[string]struct {
		kind   *targets.Kind
		status int
		body   string
		header string // of the error type
		want   results.Mark
	}{
		"a throttle of a REST API":          {&targets.RESTAPI, 429, `{"message":"Too Many Requests"}`, "TooManyRequestsException", results.Mark{Fault: targets.FaultThrottled, ErrorType: "TooManyRequestsException"}},
		"a quota of a REST API":             {&targets.RESTAPI, 429, "{\"message\":\"Limit Exceeded\"}\n", "LimitExceededException:http://internal/", results.Mark{Fault: targets.FaultQuota, ErrorType: "LimitExceededException"}},
		"an unknown body":                   {&targets.RESTAPI, 429, "<html>slow down</html>", "", results.Mark{}},
		"an error that tells a key":         {&targets.RESTAPI, 403, `{"message":"secret"}`, "Bearer abc.def", results.Mark{}},
		"a good answer like a fault":        {&targets.RESTAPI, 200, `{"message":"Too Many Requests"}`, "TooManyRequestsException", results.Mark{}},
		"a timeout of a Web Function":       {&targets.LambdaWeb, 504, "", "Runtime.RequestTimeout", results.Mark{Fault: targets.FaultTimeout, ErrorType: "Runtime.RequestTimeout"}},
		"an application that answers so":    {&targets.LambdaWeb, 504, "", "", results.Mark{}},
		"a throttled Web Function":          {&targets.LambdaWeb, 429, "whatever it says", "Platform.Anything", results.Mark{Fault: targets.FaultThrottled, ErrorType: "Platform.Anything"}},
		"an application that throttles":     {&targets.LambdaWeb, 429, "", "", results.Mark{}},
		"an error of a Web Function's door": {&targets.LambdaWeb, 502, "", "Platform.InvalidNetworkConfiguration", results.Mark{ErrorType: "Platform.InvalidNetworkConfiguration"}},
		"an unknown kind":                   {nil, 429, `{"message":"Too Many Requests"}`, "", results.Mark{}},
	} {
		t.Run(name, func(t *testing.T) {
			get := func(n string) string {
				if n == errorTypeHeader && row.kind != &targets.LambdaWeb || n == "lambda-web-error-type" && row.kind == &targets.LambdaWeb {
					return row.header
				}
				return ""
			}
			if got := marksOf(&targets.Target{Kind: row.kind}, scenarios.Marks{}).Read(get, row.status, []byte(row.body)); got != row.want {
				t.Errorf("got %+v, want %+v", got, row.want)
			}
		})
	}
}

func TestOnlyTracesThatAreRecordedAreKept(t *testing.T) {
	const id = "1-5759e988-bd862e3fe1be46a994272793"
	for name, row := range map[string]struct{ header, want string }{
		"a trace that is recorded":       {"Root=" + id + ";Sampled=1", id},
		"with a parent, in another case": {"sampled=1; root=" + id + ";parent=53995c3f42cd8ad8;lineage=1:1d2f:0", id},
		"a trace that is not":            {"Root=" + id + ";Sampled=0", ""},
		"a trace that leaves it open":    {"Root=" + id, ""},
		"what is no id":                  {"Root=Bearer abc;Sampled=1", ""},
		"what is too long for an id":     {"Root=" + id + id + ";Sampled=1", ""},
		"nothing":                        {"", ""},
	} {
		t.Run(name, func(t *testing.T) {
			get := func(n string) string {
				if n == traceHeader {
					return row.header
				}
				return ""
			}
			m := marksOf(&targets.Target{Kind: &targets.RESTAPI}, scenarios.Marks{})
			if !slices.Contains(m.headers(), traceHeader) {
				t.Error("no engine is told to keep the header")
			}
			if got := m.Read(get, 200, nil).Trace; got != row.want {
				t.Errorf("got %q, want %q", got, row.want)
			}
		})
	}
}

func TestInstancesAreNamedByHeaderOrBody(t *testing.T) {
	want := scenarios.Marks{InstanceHeader: "X-Served-By", InstanceKey: "instance"}
	for name, row := range map[string]struct{ header, body, want string }{
		"a header":                      {"a", `{"instance":"b"}`, "a"},
		"a text in the body":            {"", `{"x":1, "instance" : "b-1"}`, "b-1"},
		"a number in the body":          {"", `{"instance":17,"x":1}`, "17"},
		"a number at the end":           {"", `{"instance":17}`, "17"},
		"no such key":                   {"", `{"inst":17}`, ""},
		"a key that is cut off":         {"", `{"instance":"abc`, ""},
		"a key without a value":         {"", `{"instance"`, ""},
		"the word as a value":           {"", `{"x":"instance"}`, ""},
		"nothing at all":                {"", "", ""},
		"a key whose value is the last": {"", `{"instance":`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			get := func(n string) string {
				if n == "X-Served-By" {
					return row.header
				}
				return ""
			}
			if got := marksOf(&targets.Target{}, want).Read(get, 200, []byte(row.body)); got.Instance != row.want {
				t.Errorf("got %q, want %q", got.Instance, row.want)
			}
		})
	}
}
