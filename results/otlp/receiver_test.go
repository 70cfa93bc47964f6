package otlp_test

import (
	"strings"
	"testing"

	"tollgate/results/otlp"
)

func environment(pairs map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		value, ok := pairs[name]
		return value, ok
	}
}

func TestWhereMetricsGo(t *testing.T) {
	type env = map[string]string
	for _, row := range []struct {
		what, address string
		headers       []string
		env           env
		want          string // "": an error with says
		says          string
	}{
		{"a base address gets the path", "http://127.0.0.1:4318", nil, nil, "http://127.0.0.1:4318/v1/metrics", ""},
		{"one with a path, too", "http://127.0.0.1:9090/api/v1/otlp/", nil, nil, "http://127.0.0.1:9090/api/v1/otlp/v1/metrics", ""},
		{"an address that has it stays", "https://h/x/v1/metrics", nil, nil, "https://h/x/v1/metrics", ""},
		{"a query is not shown", "https://h/?key=hunter2", nil, nil, "https://h/v1/metrics", ""},
		{"the environment is not asked for an address that is given", "http://h:1", nil, env{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://elsewhere:1"}, "http://h:1/v1/metrics", ""},
		{"the environment's base address gets the path", "env", nil, env{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://h:4318/base"}, "http://h:4318/base/v1/metrics", ""},
		{"that of metrics is taken as it stands, and wins", "env", nil, env{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://h:4318", "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": "http://m/in"}, "http://m/in", ""},
		{"an empty variable is not set", "env", nil, env{"OTEL_EXPORTER_OTLP_ENDPOINT": " "}, "", "neither OTEL_EXPORTER_OTLP_ENDPOINT nor"},
		{"gRPC is not spoken", "env", nil, env{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://h:4317", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, "", "tollgate sends http/protobuf"},
		{"nor at its port", "http://127.0.0.1:4317", nil, nil, "", "its port is 4318"},
		{"and one scheme", "http://http://127.0.0.1:4318", nil, nil, "", "write one such as http://127.0.0.1:4318"},
		{"an address has a scheme", "127.0.0.1:4318", nil, nil, "", "write one such as http://127.0.0.1:4318"},
		{"a password is no part of it", "http://me:hunter2@h/", nil, nil, "", "send a header instead"},
		{"a header has a colon", "http://h", []string{"X-Key hunter2"}, nil, "", "has no colon"},
		{"its name is a name", "http://h", []string{"X Key: hunter2"}, nil, "", `"X Key" is not the name of a header`},
		{"its value is one line", "http://h", []string{"X-Key: hunter2\r\nX: y"}, nil, "", "the value of header X-Key"},
		{"some headers are ours", "http://h", []string{"content-type: text/plain"}, nil, "", "set by tollgate itself"},
		{"headers of the environment are pairs", "env", nil, env{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://h", "OTEL_EXPORTER_OTLP_HEADERS": "a=1,hunter2"}, "", "part 2 is not name=value"},
		{"a time is a number", "http://h", nil, env{"OTEL_EXPORTER_OTLP_TIMEOUT": "10s"}, "", "is not a number of milliseconds"},
		{"a word is one of those there are", "http://h", nil, env{"OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE": "both"}, "", "is none of cumulative, delta, lowmemory"},
		{"a certificate can be read", "http://h", nil, env{"OTEL_EXPORTER_OTLP_CERTIFICATE": "receiver_test.go"}, "", "holds no certificate"},
		{"a client's certificate has a key", "http://h", nil, env{"OTEL_EXPORTER_OTLP_CLIENT_KEY": "x"}, "", "go together"},
	} {
		r, err := otlp.ParseReceiver(row.address, row.headers, environment(row.env))
		switch {
		case row.want == "" && (err == nil || !strings.Contains(err.Error(), row.says)):
			t.Errorf("%s: %v, want an error with %q", row.what, err, row.says)
		case row.want != "" && (err != nil || r.String() != row.want):
			t.Errorf("%s: %v, %v, want %s", row.what, r, err, row.want)
		case err != nil && strings.Contains(err.Error(), "hunter2"):
			t.Errorf("%s: the error shows a secret: %v", row.what, err)
		}
	}
}
