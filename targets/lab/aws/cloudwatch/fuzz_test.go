package cloudwatch

import (
	"bytes"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"tollgate/targets/lab/aws/protocol"
)

// send posts bytes to an operation and returns what a client would see.
func send(s *Store, op string, body []byte) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "/service/GraniteServiceVersion20100801/operation/"+op, bytes.NewReader(body))
	r.Header.Set("Smithy-Protocol", "rpc-v2-cbor")
	w := httptest.NewRecorder()
	s.Service().ServeHTTP(w, r)
	return w
}

// goodRequest is a GetMetricData call that has an answer.
func goodRequest() protocol.Object {
	metric := protocol.Object{"Namespace": "AWS/ApiGateway", "MetricName": "Count", "Dimensions": []any{protocol.Object{"Name": "Stage", "Value": "prod"}}}
	return protocol.Object{
		"StartTime": protocol.Time{Time: noon}, "EndTime": protocol.Time{Time: noon.Add(time.Hour)}, "MaxDatapoints": 1.0, "ScanBy": "TimestampAscending",
		"MetricDataQueries": []any{protocol.Object{"Id": "a", "ReturnData": true, "MetricStat": protocol.Object{"Metric": metric, "Period": 60.0, "Stat": "p99"}}},
	}
}

func full() *Store {
	s := New(at(noon.Add(time.Hour)), 0)
	for minute := range 5 {
		s.Put("AWS/ApiGateway", "Count", Count, Dimensions{"Stage": "prod"}, noon.Add(time.Duration(minute)*time.Minute), 1)
	}
	return s
}

func FuzzRequests(f *testing.F) {
	page := goodRequest()
	page["NextToken"] = cursor{done: 1, horizon: minuteOf(noon) + 60}.token()
	for _, o := range []protocol.Object{goodRequest(), page, {}, {"Namespace": "AWS/ApiGateway", "Dimensions": []any{protocol.Object{"Name": "Stage"}}}} {
		f.Add(protocol.EncodeCBOR(o))
	}
	f.Add([]byte{0xbf, 0xff})
	f.Add([]byte{0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff})
	f.Add(bytes.Repeat([]byte{0x81}, 4096))
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, op := range []string{"GetMetricData", "ListMetrics"} {
			w := send(full(), op, body)
			if w.Code != http.StatusOK && (w.Code < 400 || w.Code >= 500) {
				t.Fatalf("%s: status %d", op, w.Code)
			}
			answer, err := protocol.DecodeCBOR(w.Body.Bytes())
			if err != nil {
				t.Fatalf("%s: the answer cannot be read: %v", op, err)
			}
			if _, isError := answer["__type"]; isError != (w.Code != http.StatusOK) {
				t.Fatalf("%s: status %d with %v", op, w.Code, answer)
			}
		}
	})
}

func TestBytesThatAreNoRequest(t *testing.T) {
	wrong := func(name string, v any) []byte {
		o := goodRequest()
		o[name] = v
		return protocol.EncodeCBOR(o)
	}
	tests := []struct {
		name string
		op   string
		body []byte
		code int
		want string
	}{
		{"not CBOR", "GetMetricData", []byte{0xff}, 400, "SerializationException: the body is not CBOR"},
		{"no map", "GetMetricData", []byte{0x01}, 400, "the body is not a CBOR map"},
		{"nested too deeply", "GetMetricData", bytes.Repeat([]byte{0x81}, 100_000), 400, "nesting"},
		{"a list that claims to be endless", "GetMetricData", []byte{0x9b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, 400, "SerializationException"},
		{"too large", "GetMetricData", bytes.Repeat([]byte{0xff}, 1<<20+1), 413, "RequestEntityTooLarge"},
		{"empty", "GetMetricData", nil, 400, "StartTime is required; EndTime is required"},
		{"an unknown operation", "PutDashboard", nil, 404, "PutDashboard is no operation of this endpoint"},
		{"a number for a time", "GetMetricData", wrong("StartTime", 5.0), 400, "StartTime must be a timestamp"},
		{"a string for a list", "GetMetricData", wrong("MetricDataQueries", "x"), 400, "MetricDataQueries must be a list"},
		{"a string in a list of structures", "GetMetricData", wrong("MetricDataQueries", []any{"x"}), 400, "MetricDataQueries.member.1 must be a structure"},
		{"a fraction for a count", "GetMetricData", wrong("MaxDatapoints", 1.5), 400, "MaxDatapoints must be a whole number from 1 to 100800"},
		{"not a number for a count", "GetMetricData", wrong("MaxDatapoints", math.NaN()), 400, "MaxDatapoints must be a whole number"},
		{"an unknown age", "ListMetrics", protocol.EncodeCBOR(protocol.Object{"RecentlyActive": "P1Y"}), 400, "RecentlyActive must be PT3H"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := send(full(), test.op, test.body)
			answer, err := protocol.DecodeCBOR(w.Body.Bytes())
			if err != nil {
				t.Fatal(err)
			}
			kind, _ := answer["__type"].(string)
			message, _ := answer["message"].(string)
			if w.Code != test.code || !strings.Contains(kind[strings.Index(kind, "#")+1:]+": "+message, test.want) {
				t.Errorf("status %d, %s: %s; want %d, %s", w.Code, kind, message, test.code, test.want)
			}
		})
	}
}

func TestOtherProtocolsAndPathsAreRefused(t *testing.T) {
	handler := full().Service()
	for _, r := range []*http.Request{
		httptest.NewRequest(http.MethodPost, "/", strings.NewReader("anything=else")),
		httptest.NewRequest(http.MethodGet, "/service/GraniteServiceVersion20100801/operation/ListMetrics", nil),
		httptest.NewRequest(http.MethodPost, "/service/GraniteServiceVersion20100801/operation/ListMetrics", nil), // without its protocol's name
	} {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		if w.Code != http.StatusNotFound || !strings.HasPrefix(w.Header().Get("x-amzn-query-error"), "UnknownOperationException;Sender") {
			t.Errorf("%s %s: status %d, %v", r.Method, r.URL, w.Code, w.Header())
		}
	}
}
