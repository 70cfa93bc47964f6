package cloudwatch

import (
	"encoding/xml"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"testing"
)

// post sends a form as clients of the Query protocol do.
func post(s *Store, parameters ...string) *httptest.ResponseRecorder {
	form := url.Values{"Version": {"2010-08-01"}}
	for i := 0; i < len(parameters); i += 2 {
		form.Set(parameters[i], parameters[i+1])
	}
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	w := httptest.NewRecorder()
	s.Service().ServeHTTP(w, r)
	return w
}

// An element is any XML, for comparing answers without their formatting.
type element struct {
	XMLName  xml.Name
	Text     string    `xml:",chardata"`
	Children []element `xml:",any"`
}

func parse(t *testing.T, text string) element {
	t.Helper()
	var e element
	if err := xml.Unmarshal([]byte(text), &e); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	var tidy func(*element)
	tidy = func(e *element) {
		e.Text = strings.TrimSpace(e.Text)
		for i := range e.Children {
			tidy(&e.Children[i])
		}
	}
	tidy(&e)
	return e
}

func TestTheQueryProtocol(t *testing.T) {
	const head, tail = `xmlns="http://monitoring.amazonaws.com/doc/2010-08-01/">`, `<ResponseMetadata><RequestId>00000000-0000-4000-8000-000000000000</RequestId></ResponseMetadata>`
	fault := func(code, message string) string {
		return `<ErrorResponse ` + head + `<Error><Code>` + code + `</Code><Message>` + message + `</Message><Type>Sender</Type></Error><RequestId>00000000-0000-4000-8000-000000000000</RequestId></ErrorResponse>`
	}
	data := []string{
		"Action", "GetMetricData", "StartTime", "2026-11-22T12:00:00Z", "EndTime", "2026-11-22T12:02:00Z", "ScanBy", "TimestampAscending",
		"MetricDataQueries.member.1.Id", "q", "MetricDataQueries.member.1.ReturnData", "true",
		"MetricDataQueries.member.1.MetricStat.Metric.Namespace", "AWS/ApiGateway", "MetricDataQueries.member.1.MetricStat.Metric.MetricName", "Count",
		"MetricDataQueries.member.1.MetricStat.Metric.Dimensions.member.1.Name", "Stage", "MetricDataQueries.member.1.MetricStat.Metric.Dimensions.member.1.Value", "prod",
		"MetricDataQueries.member.1.MetricStat.Period", "60", "MetricDataQueries.member.1.MetricStat.Stat", "Sum",
	}
	tests := []struct {
		name       string
		parameters []string
		status     int
		want       string
	}{
		{"data of a metric", data, 200, `<GetMetricDataResponse ` + head + `<GetMetricDataResult><Messages></Messages><MetricDataResults><member><Id>q</Id><Label>Count</Label><StatusCode>Complete</StatusCode><Timestamps><member>2026-11-22T12:00:00Z</member><member>2026-11-22T12:01:00Z</member></Timestamps><Values><member>1</member><member>1</member></Values></member></MetricDataResults></GetMetricDataResult>` + tail + `</GetMetricDataResponse>`},
		{"a list of metrics", []string{"Action", "ListMetrics", "Dimensions.member.1.Name", "Stage"}, 200, `<ListMetricsResponse ` + head + `<ListMetricsResult><Metrics><member><Dimensions><member><Name>Stage</Name><Value>prod</Value></member></Dimensions><MetricName>Count</MetricName><Namespace>AWS/ApiGateway</Namespace></member></Metrics></ListMetricsResult>` + tail + `</ListMetricsResponse>`},
		{"an empty list", []string{"Action", "ListMetrics", "Dimensions", ""}, 200, `<ListMetricsResponse ` + head + `<ListMetricsResult><Metrics><member><Dimensions><member><Name>Stage</Name><Value>prod</Value></member></Dimensions><MetricName>Count</MetricName><Namespace>AWS/ApiGateway</Namespace></member></Metrics></ListMetricsResult>` + tail + `</ListMetricsResponse>`},
		{"an unknown action", []string{"Action", "Fly"}, 404, fault("UnknownOperationException", "Fly is no operation of this endpoint: it has GetMetricData and ListMetrics")},
		{"another version", []string{"Action", "ListMetrics", "Version", "2009-05-15"}, 400, fault("NoSuchVersion", `version &#34;2009-05-15&#34; is not known; 2010-08-01 is`)},
		{"a mistake", []string{"Action", "ListMetrics", "RecentlyActive", "<"}, 400, fault("ValidationError", "RecentlyActive must be PT3H")},
		{"text for a number", []string{"Action", "GetMetricData", "StartTime", "noon", "EndTime", "2026-11-22T12:05:00Z", "MetricDataQueries", "x"}, 400, fault("ValidationError", "StartTime must be a timestamp; MetricDataQueries must be a list")},
		{"a parameter that is both text and structure", []string{"Action", "ListMetrics", "Dimensions", "x", "Dimensions.member.1.Name", "y"}, 400, fault("MalformedQueryString", `parameter &#34;Dimensions.member.1.Name&#34; contradicts another or is nested too deeply`)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := post(full(), test.parameters...)
			if got, want := parse(t, w.Body.String()), parse(t, test.want); w.Code != test.status || !reflect.DeepEqual(got, want) {
				t.Errorf("status %d, want %d\ngot  %s\nwant %s", w.Code, test.status, w.Body, test.want)
			}
		})
	}
}

func TestCompressedBodiesAreRefused(t *testing.T) {
	for _, coding := range []string{"gzip", "br"} {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader("x"))
		r.Header.Set("Content-Encoding", coding)
		w := httptest.NewRecorder()
		full().Service().ServeHTTP(w, r)
		if w.Code != http.StatusUnsupportedMediaType {
			t.Errorf("%s: status %d, want %d", coding, w.Code, http.StatusUnsupportedMediaType)
		}
	}
}

func FuzzQueries(f *testing.F) {
	f.Add("Action=ListMetrics&Version=2010-08-01&Dimensions.member.1.Name=Stage")
	f.Add("Action=GetMetricData&Version=2010-08-01&StartTime=2026-11-22T12:00:00Z&EndTime=2026-11-22T12:05:00Z&MetricDataQueries.member.1.Id=a&MetricDataQueries.member.1.MetricStat.Period=60")
	f.Add("Action=ListMetrics&Version=2010-08-01&" + strings.Repeat("a.", 5000) + "=1")
	f.Fuzz(func(t *testing.T, body string) {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
		w := httptest.NewRecorder()
		full().Service().ServeHTTP(w, r)
		if w.Code != http.StatusOK && (w.Code < 400 || w.Code >= 500) {
			t.Fatalf("status %d", w.Code)
		}
		if err := xml.Unmarshal(w.Body.Bytes(), new(element)); err != nil {
			t.Fatalf("the answer is no XML: %v: %s", err, w.Body)
		}
	})
}
