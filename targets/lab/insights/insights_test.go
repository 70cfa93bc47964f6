package insights

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
		{
			"the REPORT query", `filter @type = "REPORT"
| stats count(*) as invocations, count(@initDuration) as coldStarts,
        pct(@initDuration, 50) as initP50, pct(@duration, 50) as p50, pct(@duration, 99) as p99,
        sum(@billedDuration) as billedMs, max(@maxMemoryUsed/1000/1000) as maxMB
  by bin(1m)
| sort bin asc`,
			[]string{
				"bin(1m)=2026-11-22 12:01:00.000, invocations=1, coldStarts=0, p50=5.5, p99=5.5, billedMs=6, maxMB=36",
				"bin(1m)=2026-11-22 12:00:00.000, invocations=2, coldStarts=1, initP50=110.1, p50=3.01, p99=7, billedMs=121, maxMB=36",
			},
		},
		{"fields of a report, the newest first", `fields @requestId, @duration, @memorySize | filter @type = "REPORT"`, []string{
			"@requestId=id-3, @duration=5.5, @memorySize=128000000", "@requestId=id-2, @duration=7, @memorySize=128000000", "@requestId=id-1, @duration=3.01, @memorySize=128000000",
		}},
		{"by request id", `fields @initDuration | filter @requestId in ["id-1", "id-9"] and @type = 'REPORT'`, []string{"@initDuration=110.1"}},
		{"sorted and limited", `filter ispresent(@duration) | fields @duration | sort @duration asc | limit 2`, []string{"@duration=3.01", "@duration=5.5"}},
		{"a text within a message", `fields @message | filter @message like "hello"`, []string{"@message=hello 'world'\n"}},
		{"a pattern", `filter @message like /^h.*o/ | fields @logStream`, []string{"@logStream=stream-a"}},
		{"another way to match", `filter @message =~ /START/ | fields @type`, []string{"@type=START"}},
		{"what does not match", `filter @message not like /RequestId/ and not ispresent(type) | fields strlen(@message) as n`, []string{"n=14"}},
		{"fields of JSON", `filter record.metrics.durationMs > 4 and record.ok = "true" and record.list.0 = 1 | fields record.requestId as id`, []string{"id=id-4"}},
		{"arithmetic by precedence", `filter @requestId = "id-2" and @type = "REPORT" | fields 1 + @duration * 2 - (10 - 4) / 3 % 2 as n, -@duration as m`, []string{"n=15, m=-7"}},
		{"a division by zero gives nothing", `filter @requestId = "id-2" and @type = "REPORT" | fields @duration / 0 as n, coalesce(n, 1) as m`, []string{"m=1"}},
		{"or binds less than and", `filter @type = "END" or @type = "START" and @requestId = "none" | fields @type`, []string{"@type=END"}},
		{"groups by a field", `stats count() as n by @type | sort n desc | limit 2`, []string{"@type=REPORT, n=3", "n=2"}},
		{"all at once", `stats min(@duration) as a, max(@duration) as b, avg(@billedDuration) as c, count_distinct(@type) as d`, []string{"a=3.01, b=7, c=42.333333333333336, d=3"}},
		{"of nothing", `filter 1 = 2 | stats count(*) as n, sum(@duration) as s`, []string{"n=0"}},
		{"display puts aside what fields said", `fields @type | filter @type = "END" | display @requestId`, []string{"@requestId=id-1"}},
		{"comments, and names in backticks", "filter `@type` = \"END\" # the end\n| fields @requestId", []string{"@requestId=id-1"}},
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
	tests := []struct{ query, want string }{
		{"", `"the end" is no command`},
		{"parse @message /x/", `"parse" is no command`},
		{"fields @a | ", `is no command`},
		{"fields @a @b", `"@b" is not understood here`},
		{"filter (a = 1", `")" is missing`},
		{"filter a like 5", "a text or a /pattern/ must follow like"},
		{"filter a like /(/", "the pattern is none"},
		{`filter a = "x`, "has no end"},
		{"filter a in 5", `"[" is missing`},
		{"fields upper(a)", `"upper" is no function`},
		{"stats median(a)", `"median" is no statistic`},
		{"stats pct(a, 101)", "a percentile must be"},
		{"stats count(*) by bin(1x)", "no time to bin by"},
		{"limit 0", "a limit must be"},
		{"fields a ~ b", "unexpected character"},
		{"filter " + strings.Repeat("(", 300) + "a", "nested too deeply"},
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

func TestAStoppedQueryHasNoResults(t *testing.T) {
	client := logs(t)
	started, err := client.StartQuery(t.Context(), &cloudwatchlogs.StartQueryInput{LogGroupName: aws.String("/aws/lambda/f"), QueryString: aws.String("fields a"), StartTime: aws.Int64(0), EndTime: aws.Int64(1 << 32)})
	if err != nil {
		t.Fatal(err)
	}
	if out, err := client.StopQuery(t.Context(), &cloudwatchlogs.StopQueryInput{QueryId: started.QueryId}); err != nil || !out.Success {
		t.Error(out, err)
	}
	if out, err := client.GetQueryResults(t.Context(), &cloudwatchlogs.GetQueryResultsInput{QueryId: started.QueryId}); err != nil || out.Status != types.QueryStatusCancelled || len(out.Results) != 0 {
		t.Error(out, err)
	}
}

func FuzzQuery(f *testing.F) {
	for _, text := range []string{
		`fields @a, b as c | filter a like /x\/y/ and not (b in [1, "x"]) or -c % 2 >= 1e3 | sort a desc, b | limit 5`,
		`stats count(*) as n, pct(@duration, 99.9) by bin(5m), @type # x`, "filter `a b` =~ /(/", "fields coalesce(a,b,1)/0", "stats sum(", `"`,
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
		if r := newRecord("g", 0, Line{noon, "s", message}); r.fields["@message"].text != message || len(r.fields) > mostFields+20 {
			t.Fatalf("%q became %v", message, r.fields)
		}
	})
}

func TestRequestsOfAnyBytes(t *testing.T) {
	handler := New(func() time.Time { return noon }, sampleLines).Service()
	for _, body := range []string{"", "{", "[]", `{"queryString":5}`, `{"logGroupName":["x"]}`, `{"queryId":{}}`} {
		for _, operation := range []string{"StartQuery", "GetQueryResults", "StopQuery", "Fly"} {
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
