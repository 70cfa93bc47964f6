package cloudwatch

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func callJSON(s *Store, method, target, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "/", strings.NewReader(body))
	r.Header.Set("X-Amz-Target", target)
	w := httptest.NewRecorder()
	s.Service().ServeHTTP(w, r)
	return w
}

func TestTheJSONProtocol(t *testing.T) {
	const metric = `"Namespace":"AWS/ApiGateway","MetricName":"Count","Dimensions":[{"Name":"Stage","Value":"prod"}]`
	// 1795348800 is noon.
	tests := []struct {
		name, operation, body string
		status                int
		want                  string
	}{
		{
			"data of a metric", "GetMetricData", `{"StartTime":1795348800,"EndTime":1795348920.0,"ScanBy":"TimestampAscending","NextToken":null,"MetricDataQueries":[{"Id":"q","ReturnData":true,"MetricStat":{"Metric":{` + metric + `},"Period":60,"Stat":"Sum"}}]}`,
			200, `{"Messages":[],"MetricDataResults":[{"Id":"q","Label":"Count","StatusCode":"Complete","Timestamps":[1795348800,1795348860],"Values":[1,1]}]}`,
		},
		{"a list of metrics", "ListMetrics", ``, 200, `{"Metrics":[{` + `"Dimensions":[{"Name":"Stage","Value":"prod"}],"MetricName":"Count","Namespace":"AWS/ApiGateway"}]}`},
		{"no JSON", "ListMetrics", `{`, 400, `{"__type":"com.amazonaws.cloudwatch#SerializationException","message":"the body is not JSON: unexpected EOF"}`},
		{"no object", "ListMetrics", `[]`, 400, `{"__type":"com.amazonaws.cloudwatch#SerializationException","message":"the body is not a JSON object"}`},
		{"a time beyond all years", "GetMetricData", `{"StartTime":1e300,"EndTime":1795349100,"MetricDataQueries":[{"Id":"q","MetricStat":{"Metric":{` + metric + `},"Period":60,"Stat":"Sum"}}]}`, 400, `{"__type":"com.amazonaws.cloudwatch#ValidationException","message":"StartTime must be a timestamp"}`},
		{"an unknown operation", "Fly", `{}`, 404, `{"__type":"com.amazonaws.cloudwatch#UnknownOperationException","message":"Fly is no operation of this endpoint: it has GetMetricData and ListMetrics"}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := callJSON(full(), http.MethodPost, "GraniteServiceVersion20100801."+test.operation, test.body)
			if w.Code != test.status || w.Body.String() != test.want {
				t.Errorf("status %d, want %d\ngot  %s\nwant %s", w.Code, test.status, w.Body, test.want)
			}
		})
	}
	if w := callJSON(full(), http.MethodPost, "DynamoDB.ListTables", "{}"); w.Code != http.StatusNotFound {
		t.Errorf("another service's operation: status %d", w.Code)
	}
}

func FuzzJSON(f *testing.F) {
	f.Add("GetMetricData", `{"StartTime":1795348800,"EndTime":1795348920.0,"MetricDataQueries":[{"Id":"q","MetricStat":{"Metric":{"Namespace":"AWS/ApiGateway","MetricName":"Count"},"Period":60,"Stat":"Sum"}}]}`)
	f.Add("GetMetricData", `{"StartTime":1e999}`)
	f.Add("ListMetrics", strings.Repeat("[", 20_000))
	f.Fuzz(func(t *testing.T, operation, body string) {
		w := callJSON(full(), http.MethodPost, "GraniteServiceVersion20100801."+operation, body)
		if w.Code != http.StatusOK && (w.Code < 400 || w.Code >= 500) {
			t.Fatalf("status %d", w.Code)
		}
		if !json.Valid(w.Body.Bytes()) {
			t.Fatalf("the answer is no JSON: %s", w.Body)
		}
	})
}
