//go:build foreign && linux

package foreign

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tollgate/scenarios/accesslog"
)

// mimicked are logs of AWS as log_formats of nginx, and a few of its own, each with whether
// the log has paths, queries and milliseconds.
var mimicked = []struct {
	name, format, escape string
	read                 string // "": it is recognized by its lines; "format": by the log_format
	noPath, noQuery      bool
	resolution           time.Duration
}{
	{
		name: "alb-access", resolution: time.Second,
		format: `http $time_iso8601 app/lb/50dc6c495c0c9188 $remote_addr:$remote_port 10.0.0.1:80 0.000 $request_time 0.000 $status $status $request_length $bytes_sent "$request_method http://$host:80$request_uri $server_protocol" "$http_user_agent" - - arn:aws:elasticloadbalancing:us-east-2:123456789012:targetgroup/t/73e2d6bc24d8a067 "Root=1-1" "-" "-" 0 $time_iso8601 "forward" "-" "-" "10.0.0.1:80" "$status" "-" "-" TID_$connection`,
	},
	{
		name: "api-gateway-json", resolution: time.Millisecond, escape: "escape=json", noQuery: true,
		format: `{"requestId":"$request_id","requestTimeEpoch":"$epoch_ms","httpMethod":"$request_method","path":"$asked","status":"$status","responseLength":"$body_bytes_sent","userAgent":"$http_user_agent"}`,
	},
	{
		name: "api-gateway-clf", resolution: time.Second, noQuery: true, noPath: true,
		format: `$remote_addr - - [$time_local]"$request_method $asked $server_protocol" $status $body_bytes_sent $request_id`,
	},
	{
		name: "api-gateway-csv", resolution: time.Second, noQuery: true, noPath: true,
		format: `$remote_addr,-,-,$time_local,$request_method,$asked,$server_protocol,$status,$body_bytes_sent,$request_id,ext=`,
	},
	{
		name: "api-gateway-xml", resolution: time.Second, noQuery: true, noPath: true,
		format: `<request id="$request_id"> <ip>$remote_addr</ip> <caller>-</caller> <user>-</user> <requestTime>$time_local</requestTime> <httpMethod>$request_method</httpMethod> <resourcePath>$asked</resourcePath> <status>$status</status> <protocol>$server_protocol</protocol> <responseLength>$body_bytes_sent</responseLength> </request>`,
	},
	{
		name: "cloudfront-w3c", resolution: time.Second,
		format: "$day\t$clock\tSOF50-P1\t$bytes_sent\t$remote_addr\t$request_method\td1.cloudfront.net\t$asked\t$status\t-\t-\t$args\t-\tMiss\t$request_id\t$host\thttp\t$request_length\t$request_time\t-\t-\t-\tMiss\tHTTP/1.1\t-\t-",
	},
	{name: "combined", resolution: time.Second, format: `$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"`},
	{name: "common", resolution: time.Second, format: `$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent`},
	{name: "by its log_format", read: "format", resolution: time.Millisecond, format: `$msec|$request_time|$status|$body_bytes_sent|$request|$http_user_agent`},
}

// What nginx writes in the formats of AWS's logs, and in its own, is read as what it was asked
// for: every request once, with its method, path, query, status and bytes.
func TestLogsThatNginxWrites(t *testing.T) {
	dir := t.TempDir()
	var formats, logs strings.Builder
	formats.WriteString(`
  map $msec $epoch_ms { "~^(?<whole>\d+)\.(?<part>\d+)$" $whole$part; }
  map $time_iso8601 $day { "~^(?<date>[^T]+)T" $date; }
  map $time_iso8601 $clock { "~T(?<of>[^+]+)" $of; }
  map $request_uri $asked { "~^(?<stem>[^?]*)" $stem; }
`)
	for i, one := range mimicked {
		fmt.Fprintf(&formats, "  log_format f%d %s '%s';\n", i, one.escape, one.format)
		fmt.Fprintf(&logs, "      access_log %s/f%d.log f%d;\n", dir, i, i)
	}
	at := startNginx(t, dir, formats.String(), logs.String()+`
      if ($request_method = DELETE) { return 204; }
      if ($arg_fail) { return 503 failed; }
      if ($uri = /missing) { return 404 "nothing here"; }
      return 200 "$request_method of $uri";
`)
	begun, wanted, sent := time.Now(), map[string]int{}, int64(0)
	n := 0
	for range 12 {
		for _, ask := range []struct{ method, address, agent string }{
			{"GET", "/", "curl/8.5.0"},
			{"GET", "/users/4711?token=a%20b&x=%22", `a "quoted" one\`},
			{"GET", "/caf%C3%A9/%22x%22/a%20b", "é\tb"},
			{"GET", "/missing", "-"},
			{"POST", "/orders/1;2?fail=1", "agent | with , separators"},
			{"DELETE", "/orders/7", "x"},
			{"PUT", "/a//b/../b'c(d)", "<xml> & [brackets]"},
		} {
			q, err := http.NewRequest(ask.method, at.String()+ask.address, strings.NewReader(strings.Repeat("b", n%50)))
			if err != nil {
				t.Fatal(err)
			}
			q.Header.Set("User-Agent", ask.agent)
			r, err := http.DefaultClient.Do(q)
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(r.Body)
			if err := r.Body.Close(); err != nil {
				t.Fatal(err)
			}
			if err != nil {
				t.Fatal(err)
			}
			n++
			sent += int64(len(body))
			wanted[fmt.Sprintf("%s %s %d", ask.method, ask.address, r.StatusCode)]++
		}
	}
	http.DefaultClient.CloseIdleConnections()
	ended := time.Now()
	for i, one := range mimicked {
		text := linesOf(t, filepath.Join(dir, fmt.Sprintf("f%d.log", i)), n)
		var format *accesslog.Format
		if one.read == "format" {
			made, err := accesslog.Template(one.format)
			if err != nil {
				t.Fatal(err)
			}
			format = &made
		}
		got, want, bytesOut := map[string]int{}, map[string]int{}, int64(0)
		counted, err := accesslog.Read(bytes.NewReader(text), format, func(e *accesslog.Entry) {
			path := string(e.Path)
			if one.noPath {
				path = string(e.Route)
			}
			if len(e.Query) > 0 {
				path += "?" + string(e.Query)
			}
			got[fmt.Sprintf("%s %s %d", e.Method, path, e.Status)]++
			bytesOut += e.Out
			if arrived := time.Unix(0, e.Arrived); arrived.Before(begun.Add(-2*time.Second)) || arrived.After(ended.Add(time.Second)) || e.Resolution != one.resolution {
				t.Errorf("%s: arrived at %v ± %v, and it was from %v to %v", one.name, arrived, e.Resolution, begun, ended)
			}
		})
		if err != nil || counted.Malformed > 0 || one.read == "" && counted.Format.Name != one.name {
			t.Errorf("%s: %v, read as %s, %v", one.name, err, counted.Format.Name, counted.Problems)
		}
		for key, times := range wanted {
			method, rest, _ := strings.Cut(key, " ")
			path, status, _ := strings.Cut(rest, " ")
			if one.noQuery {
				path, _, _ = strings.Cut(path, "?")
			}
			want[method+" "+path+" "+status] += times
		}
		if !maps.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", one.name, got, want)
		}
		if strings.Contains(one.format, "$body_bytes_sent") && bytesOut != sent || bytesOut < sent {
			t.Errorf("%s: %d bytes, and %d were received", one.name, bytesOut, sent)
		}
	}
}

// linesOf is a log once it has n lines: nginx writes them after the client has its response.
func linesOf(t *testing.T, name string, n int) []byte {
	t.Helper()
	for deadline := time.Now().Add(readyWithin); ; {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Count(text, []byte("\n")) >= n || time.Now().After(deadline) {
			return text
		}
		time.Sleep(10 * time.Millisecond) // a line may be written a little later
	}
}
