package logs

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/smithy-go"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// sampleLines are two minutes of a function's log: three invocations, the first
// of them cold, what it wrote, and a line of the JSON format.
func sampleLines(group string, from, to time.Time) (lines []Line, known bool) {
	report := func(n int, duration float64, billed int, rest string) string {
		return fmt.Sprintf("REPORT RequestId: id-%d\tDuration: %.2f ms\tBilled Duration: %d ms\tMemory Size: 128 MB\tMax Memory Used: 36 MB\t%s\n", n, duration, billed, rest)
	}
	for second, text := range map[int]string{
		0: "START RequestId: id-1 Version: $LATEST\n", 1: "hello 'world'\n", 2: "END RequestId: id-1\n",
		3: report(1, 3.01, 114, "Init Duration: 110.10 ms\t"), 30: report(2, 7, 7, ""), 70: report(3, 5.5, 6, "Status: timeout\t"),
		80: `{"time":"x","type":"platform.report","record":{"requestId":"id-4","metrics":{"durationMs":4.5},"ok":true,"list":[1]}}`,
	} {
		if at := noon.Add(time.Duration(second) * time.Second); !at.Before(from) && at.Before(to) {
			lines = append(lines, Line{at, "stream-a", text})
		}
	}
	return lines, group == "/aws/lambda/f"
}

func logs(t *testing.T) *cloudwatchlogs.Client {
	t.Helper()
	server := httptest.NewServer(New(func() time.Time { return noon }, sampleLines).Service())
	t.Cleanup(server.Close)
	return cloudwatchlogs.New(cloudwatchlogs.Options{
		Region: "us-east-1", BaseEndpoint: aws.String(server.URL), RetryMaxAttempts: 1, Credentials: credentials.NewStaticCredentialsProvider("lab", "lab", ""),
	})
}

// ask asks for two minutes from noon and writes rows as "name=value, …".
func ask(t *testing.T, client *cloudwatchlogs.Client, text string) ([]string, error) {
	t.Helper()
	started, err := client.StartQuery(t.Context(), &cloudwatchlogs.StartQueryInput{
		LogGroupName: aws.String("/aws/lambda/f"), QueryString: &text, StartTime: aws.Int64(noon.Unix()), EndTime: aws.Int64(noon.Unix() + 120),
	})
	if err != nil {
		return nil, err
	}
	out, err := client.GetQueryResults(t.Context(), &cloudwatchlogs.GetQueryResultsInput{QueryId: started.QueryId})
	if err != nil || out.Status != types.QueryStatusComplete {
		t.Fatal(out, err)
	}
	var rows []string
	for _, row := range out.Results {
		var fields []string
		for _, f := range row {
			if *f.Field != "@ptr" {
				fields = append(fields, *f.Field+"="+*f.Value)
			}
		}
		rows = append(rows, strings.Join(fields, ", "))
	}
	return rows, nil
}

func TestQueries(t *testing.T) {
	client := logs(t)
	tests := []struct {
		name, query string
		want        []string
	}{
		{"fields of a report, the newest first", `fields @requestId, @duration, @memorySize | filter @type = "REPORT"`, []string{
			"@requestId=id-3, @duration=5.5, @memorySize=128000000", "@requestId=id-2, @duration=7, @memorySize=128000000", "@requestId=id-1, @duration=3.01, @memorySize=128000000",
		}},
		{"the oldest first, and no more than so many", `filter @type = "REPORT" | fields @duration | sort @timestamp asc | limit 2`, []string{"@duration=3.01", "@duration=7"}},
		{"fields that only some records have", `fields @initDuration, @billedDuration | filter @type = 'REPORT' | sort @timestamp desc`, []string{
			"@billedDuration=6", "@billedDuration=7", "@initDuration=110.1, @billedDuration=114",
		}},
		{"one value or another, of both log formats", `fields @requestId, record.requestId, record.ok, record.list.0
| filter @type = "END" or type = "platform.report"`, []string{"record.requestId=id-4, record.ok=true, record.list.0=1", "@requestId=id-1"}},
		{"nothing that matches", `fields @type | filter @type = "none"`, nil},
		{"time and message where no fields are named", `filter @type = "END"`, []string{"@timestamp=2026-11-22 12:00:02.000, @message=END RequestId: id-1\n"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got, err := ask(t, client, test.query); err != nil || !slices.Equal(got, test.want) {
				t.Errorf("got\n\t%s\n%v, want\n\t%s", strings.Join(got, "\n\t"), err, strings.Join(test.want, "\n\t"))
			}
		})
	}
}

func TestWhatIsNotUnderstoodIsRefused(t *testing.T) {
	client := logs(t)
	const form = "the lab answers queries of the form: fields @a"
	tests := []struct{ query, want string }{
		{"", form},
		{"parse @message /x/", form},
		{"fields @a | ", form},
		{"fields @a @b", form},
		{"fields strlen(@a)", form},
		{"filter (a = 1", form},
		{"filter a like /x/", form},
		{`filter a = "x`, form},
		{`filter a = "x" and b = "y"`, form},
		{`filter a = "x" | filter b = "y"`, form},
		{"stats count(*) by bin(1m)", form},
		{"sort @duration", form},
		{"limit 0", "the limit must be"},
		{"limit many", "the limit must be"},
		{"filter a = " + strings.Repeat("1", 10_001), "a query may have 10000 characters"},
	}
	for _, test := range tests {
		_, err := ask(t, client, test.query)
		var malformed *types.MalformedQueryException
		var invalid *types.InvalidParameterException
		if test.query == "" && errors.As(err, &invalid) {
			continue
		}
		if !errors.As(err, &malformed) || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%.60s: got %v, want %s", test.query, err, test.want)
		}
	}
}

func TestQueriesThatCannotBe(t *testing.T) {
	client := logs(t)
	start := func(group string, from, to int64) error {
		_, err := client.StartQuery(t.Context(), &cloudwatchlogs.StartQueryInput{LogGroupName: &group, QueryString: aws.String("fields a"), StartTime: &from, EndTime: &to})
		return err
	}
	_, unknown := client.GetQueryResults(t.Context(), &cloudwatchlogs.GetQueryResultsInput{QueryId: aws.String("x")})
	for code, err := range map[string]error{
		"ResourceNotFoundException": start("/aws/lambda/g", 0, 1), "InvalidParameterException": start("/aws/lambda/f", 2, 1), "ResourceNotFoundException ": unknown,
	} {
		var api smithy.APIError
		if !errors.As(err, &api) || api.ErrorCode() != strings.TrimSpace(code) {
			t.Errorf("got %v, want %s", err, code)
		}
	}
}

func FuzzQuery(f *testing.F) {
	for _, text := range []string{
		`fields @a, b.c | filter @type = "X" or type = 'y' | sort @timestamp asc | limit 5`, "fields @message", "|", "filter", `filter a = "`, "limit 1e9",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		q, err := parse(text)
		if err != nil {
			return
		}
		lines, _ := sampleLines("", noon, noon.Add(time.Hour))
		var records []record
		for i, line := range lines {
			records = append(records, newRecord("g", i, line))
		}
		out, matched := q.apply(records)
		if len(q.rows(out)) != len(out) || matched > len(lines) {
			t.Fatalf("%q: %d rows, %d matched", text, len(out), matched)
		}
	})
}

func FuzzLine(f *testing.F) {
	lines, _ := sampleLines("", noon, noon.Add(time.Hour))
	for _, line := range lines {
		f.Add(line.Message)
	}
	f.Add("REPORT \t: \t")
	f.Fuzz(func(t *testing.T, message string) {
		if r := newRecord("g", 0, Line{noon, "s", message}); r.fields["@message"] != message || len(r.fields) > mostFields+20 {
			t.Fatalf("%q became %v", message, r.fields)
		}
	})
}

func TestRequestsOfAnyBytes(t *testing.T) {
	handler := New(func() time.Time { return noon }, sampleLines).Service()
	for _, body := range []string{"", "{", "[]", `{"queryString":5}`, `{"logGroupName":["x"]}`, `{"queryId":{}}`} {
		for _, operation := range []string{"StartQuery", "GetQueryResults", "Fly"} {
			r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
			r.Header.Set("X-Amz-Target", "Logs_20140328."+operation)
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, r)
			if w.Code < 400 || w.Code >= 500 {
				t.Errorf("%s %s: %d %s", operation, body, w.Code, w.Body)
			}
		}
	}
}
