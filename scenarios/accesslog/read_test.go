package accesslog

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"
	"time"
)

// said is what an entry says, in words that a test can compare.
func said(e *Entry) string {
	var b strings.Builder
	put := func(name string, v any) {
		if s := fmt.Sprint(v); s != "" {
			fmt.Fprintf(&b, " %s=%s", name, s)
		}
	}
	number := func(name string, n int64) {
		if n != Unknown {
			put(name, n)
		}
	}
	length := func(name string, d time.Duration) {
		if d != Unknown {
			put(name, d)
		}
	}
	b.WriteString([]string{"request", "message", "connection", "invocation"}[e.What])
	if e.Arrived != 0 {
		put("at", time.Unix(0, e.Arrived).UTC().Format("2006-01-02T15:04:05.999999"))
		put("±", e.Resolution)
	}
	put("line", string(e.Method)+" "+string(e.Path))
	put("query", string(e.Query))
	put("route", string(e.Route))
	put("host", string(e.Host))
	put("client", string(e.Client))
	put("user", string(e.User))
	put("edge", string(e.Edge))
	put("event", string(e.Event))
	number("status", e.Status)
	number("backend", e.BackendStatus)
	number("in", e.In)
	number("out", e.Out)
	length("took", e.Took)
	length("waited", e.Backend)
	length("init", e.Init)
	length("billed", e.Billed)
	length("handshake", e.Handshake)
	if e.MemoryMB > 0 {
		put("memory", e.MemoryMB)
	}
	put("environment", string(e.Environment))
	put("cache", []string{"", "hit", "miss"}[e.Cache])
	put("conn", string(e.Conn))
	if e.Socket {
		b.WriteString(" socket")
	}
	return b.String()
}

func entriesOf(t *testing.T, text string) ([]string, Counted) {
	t.Helper()
	var all []string
	c, err := Read(strings.NewReader(text), nil, func(e *Entry) { all = append(all, said(e)) })
	if err != nil {
		t.Fatal(err)
	}
	return all, c
}

const target = "arn:aws:elasticloadbalancing:us-east-2:123456789012:targetgroup/my-targets/73e2d6bc24d8a067"

// The lines are the examples of the documentation of each log, some shortened.
func TestDocumentedLinesAreRead(t *testing.T) {
	for _, row := range []struct {
		name, format, text string
		want               []string
	}{
		{
			"a load balancer, HTTPS", "alb-access",
			`https 2018-07-02T22:23:00.186641Z app/my-loadbalancer/50dc6c495c0c9188 192.168.131.39:2817 10.0.0.1:80 0.086 0.048 0.037 200 200 0 57 "GET https://www.example.com:443/ HTTP/1.1" "curl/7.46.0" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 ` + target + ` "Root=1-58337281-1d84f3d73c47ec4e58577259" "www.example.com" "arn:aws:acm:us-east-2:123456789012:certificate/12345678-1234-1234-1234-123456789012" 1 2018-07-02T22:22:48.364000Z "authenticate,forward" "-" "-" "10.0.0.1:80" "200" "-" "-" TID_1234abcd5678ef90`,
			[]string{"request at=2018-07-02T22:22:48.364 ±=1µs line=GET / host=www.example.com client=192.168.131.39 status=200 backend=200 in=0 out=57 took=171ms waited=48ms conn=TID_1234abcd5678ef90"},
		},
		{
			"a load balancer, as logged before 2017, without the time of arrival", "alb-access",
			`http 2016-08-10T22:08:42.945958Z app/my-loadbalancer/50dc6c495c0c9188 192.168.131.39:2817 10.0.0.1:80 0.000 0.001 0.000 200 200 34 366 "GET http://www.example.com:80/?a=b HTTP/1.1" "curl/7.46.0" - - ` + target + ` "Root=1-58337262-36d228ad5d99923122bbe354"`,
			[]string{"request at=2016-08-10T22:08:42.944958 ±=1µs line=GET / query=a=b host=www.example.com client=192.168.131.39 status=200 backend=200 in=34 out=366 took=1ms waited=1ms"},
		},
		{
			"a load balancer's WebSocket, a Lambda target, and a request that no target took", "alb-access",
			`ws 2018-07-02T22:23:00.186641Z app/my-loadbalancer/50dc6c495c0c9188 10.0.0.140:40914 10.0.1.192:8010 0.001 0.003 0.000 101 101 218 587 "GET http://10.0.0.30:80/ HTTP/1.1" "-" - - ` + target + ` "Root=1-58337364-23a8c76965a2ef7629b185e3" "-" "-" 1 2018-07-02T22:22:48.364000Z "forward" "-" "-" "10.0.1.192:8010" "101" "-" "-"` + "\n" +
				`http 2018-11-30T22:23:00.186641Z app/my-loadbalancer/50dc6c495c0c9188 192.168.131.39:2817 - 0.000 0.001 0.000 200 200 34 366 "GET http://www.example.com:80/ HTTP/1.1" "curl/7.46.0" - - ` + target + ` "Root=1-58337364-23a8c76965a2ef7629b185e3" "-" "-" 0 2018-11-30T22:22:48.364000Z "forward" "-" "-" "-" "-" "-" "-"` + "\n" +
				`http 2018-11-30T22:23:00.186641Z app/my-loadbalancer/50dc6c495c0c9188 192.168.131.39:2817 - -1 -1 -1 403 - 34 366 "- http://www.example.com:80- -" "-" - - - "-" "-" "-" 0 2018-11-30T22:22:48.364000Z "waf" "-" "-" "-" "-" "-" "-" TID_1 "-" "-" "-" 10.0.0.7 new`,
			[]string{
				"request at=2018-07-02T22:22:48.364 ±=1µs line=GET / host=10.0.0.30 client=10.0.0.140 status=101 backend=101 in=218 out=587 took=4ms waited=3ms socket",
				"request at=2018-11-30T22:22:48.364 ±=1µs line=GET / host=www.example.com client=192.168.131.39 status=200 backend=200 in=34 out=366 took=1ms waited=1ms",
				"request at=2018-11-30T22:22:48.364 ±=1µs line=  host=www.example.com client=192.168.131.39 status=403 backend=0 in=34 out=366 conn=TID_1",
			},
		},
		{
			"a load balancer's connections", "alb-connections",
			`2023-10-04T17:05:15.514108Z 203.0.113.1 36280 443 TLSv1.2 ECDHE-RSA-AES128-GCM-SHA256 4.036 "CN=amazondomains.com,O=endEntity,L=Seattle,ST=Washington,C=US" NotBefore=2023-09-21T22:43:21Z;NotAfter=2026-06-17T22:43:21Z FEF257372D5C14D4 Success TID_3180a73013c8ca4bac2f731159d4b0fe` + "\n" +
				`2023-10-04T17:05:15.514108Z 203.0.113.1 36280 443 - - - "-" - - Failed:UnmappedConnectionError TID_2`,
			[]string{
				"connection at=2023-10-04T17:05:15.514108 ±=1µs line=  client=203.0.113.1 handshake=4.036s conn=TID_3180a73013c8ca4bac2f731159d4b0fe",
				"connection at=2023-10-04T17:05:15.514108 ±=1µs line=  client=203.0.113.1 conn=TID_2",
			},
		},
		{
			"CloudFront, with its header", "cloudfront-w3c",
			"#Version: 1.0\n#Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent) cs-uri-query cs(Cookie) x-edge-result-type x-edge-request-id x-host-header cs-protocol cs-bytes time-taken x-forwarded-for ssl-protocol ssl-cipher x-edge-response-result-type cs-protocol-version fle-status fle-encrypted-fields c-port time-to-first-byte x-edge-detailed-result-type sc-content-type sc-content-len sc-range-start sc-range-end\n" +
				"2019-12-04\t21:02:31\tLAX1\t392\t192.0.2.100\tGET\td111111abcdef8.cloudfront.net\t/index.html\t200\t-\tMozilla/5.0%20(Windows)\t-\t-\tHit\tSOX4xwn4XV6Q4rgb7XiVGOHms_BGlTAC4KyHmureZmBNrjGdRLiNIQ==\td111111abcdef8.cloudfront.net\thttps\t23\t0.001\t-\tTLSv1.2\tECDHE-RSA-AES128-GCM-SHA256\tHit\tHTTP/2.0\t-\t-\t11040\t0.001\tHit\ttext/html\t78\t-\t-\n" +
				"2019-12-13\t22:36:27\tSEA19-C1\t900\t192.0.2.200\tGET\td111111abcdef8.cloudfront.net\t/favicon.ico\t502\thttp://www.example.com/\tMozilla/5.0%20(Windows)\t-\t-\tError\t1pkpNfBQ39sYMnjjUQjmH2w1wdJnbHYTbag21o_3OfcQgPzdL2RSSQ==\twww.example.com\thttp\t675\t0.102\t-\t-\t-\tError\tHTTP/1.1\t-\t-\t25260\t0.102\tOriginDnsError\ttext/html\t507\t-\t-",
			[]string{
				"request at=2019-12-04T21:02:30.999 ±=1s line=GET /index.html host=d111111abcdef8.cloudfront.net client=192.0.2.100 edge=LAX1 status=200 in=23 out=392 took=1ms cache=hit",
				"request at=2019-12-13T22:36:26.898 ±=1s line=GET /favicon.ico host=www.example.com client=192.0.2.200 edge=SEA19-C1 status=502 in=675 out=900 took=102ms cache=miss",
			},
		},
		{
			"CloudFront version 2, JSON, where all values are strings", "cloudfront-json",
			`{"date":"2024-11-14","time":"22:34:06","timestamp(ms)":"1731623646815","x-edge-location":"SOF50-P2","sc-bytes":"16859","c-ip":"192.0.2.1","cs-method":"GET","cs(Host)":"d111111abcdef8.cloudfront.net","cs-uri-stem":"\/view\/a b","sc-status":"000","cs-uri-query":"-","x-edge-result-type":"RefreshHit","time-taken":"0.815","cs-bytes":"12","origin-lbl":"0.5"}`,
			[]string{"request at=2024-11-14T22:34:06 ±=1ms line=GET /view/a b host=d111111abcdef8.cloudfront.net client=192.0.2.1 edge=SOF50-P2 status=0 in=12 out=16859 took=815ms waited=500ms cache=hit"},
		},
		{
			"API Gateway, the JSON preset", "api-gateway-json",
			`{ "requestId":"a1","extendedRequestId":"b=", "ip": "203.0.113.7", "caller":"-", "user":"-", "requestTime":"30/Nov/2026:09:12:34 +0000", "httpMethod":"GET", "resourcePath":"/users/{id}", "status":"200", "protocol":"HTTP/1.1", "responseLength":"1234" }`,
			[]string{"request at=2026-11-30T09:12:34 ±=1s line=GET  route=/users/{id} client=203.0.113.7 status=200 out=1234"},
		},
		{
			"API Gateway, JSON of an HTTP API in nested objects and numbers, from aws logs tail", "api-gateway-json",
			`2026-11-30T09:12:35.123000+00:00 f1a2 {"requestTimeEpoch":1796029954999,"routeKey":"POST /orders","status":403,"x":{"integration":{"integrationStatus":"-"}},"integrationLatency":"12","responseLatency":15,"list":[1,{"status":"500"}],"identity":{"sourceIp":"203.0.113.7"}}`,
			[]string{"request at=2026-11-30T09:12:34.999 ±=1ms line=POST  route=/orders client=203.0.113.7 status=403 took=15ms waited=12ms environment=f1a2"},
		},
		{
			"API Gateway, CLF without the blank, and with it", "api-gateway-clf",
			`203.0.113.7 - - [30/Nov/2026:09:12:34 +0100]"GET /users/{id} HTTP/1.1" 200 1234 a1b2 c3=` + "\n" + `203.0.113.7 - - [30/Nov/2026:09:12:34 +0100] "GET /users/{id} HTTP/1.1" 200 1234 a1b2 c3=`,
			[]string{
				"request at=2026-11-30T08:12:34 ±=1s line=GET  route=/users/{id} client=203.0.113.7 status=200 out=1234",
				"request at=2026-11-30T08:12:34 ±=1s line=GET  route=/users/{id} client=203.0.113.7 status=200 out=1234",
			},
		},
		{
			"API Gateway, CLF of an HTTP API, whose route has the method", "api-gateway-clf",
			`203.0.113.7 - - [30/Nov/2026:09:12:34 +0000] "GET GET /users/{id} HTTP/1.1" 200 12 a1b2`,
			[]string{"request at=2026-11-30T09:12:34 ±=1s line=GET  route=/users/{id} client=203.0.113.7 status=200 out=12"},
		},
		{
			"API Gateway, CSV", "api-gateway-csv",
			`203.0.113.7,-,-,30/Nov/2026:09:12:34 +0000,GET,/users,HTTP/1.1,200,1234,a1,b2`,
			[]string{"request at=2026-11-30T09:12:34 ±=1s line=GET  route=/users client=203.0.113.7 status=200 out=1234"},
		},
		{
			"API Gateway, XML", "api-gateway-xml",
			`<request id="a1"> <ip>203.0.113.7</ip> <caller>-</caller> <user>-</user> <requestTime>30/Nov/2026:09:12:34 +0000</requestTime> <httpMethod>GET</httpMethod> <resourcePath>/users</resourcePath> <status>200</status> <protocol>HTTP/1.1</protocol> <responseLength>1234</responseLength> </request>`,
			[]string{"request at=2026-11-30T09:12:34 ±=1s line=GET  route=/users client=203.0.113.7 status=200 out=1234"},
		},
		{
			"API Gateway, XML with the extended id", "api-gateway-xml",
			`<request id="a1"> <extendedRequestId>b=</extendedRequestId> <ip>203.0.113.7</ip> <caller>-</caller> <user>-</user> <requestTime>30/Nov/2026:09:12:34 +0000</requestTime> <httpMethod>GET</httpMethod> <resourcePath>/users/{id}</resourcePath> <status>200</status> <protocol>HTTP/1.1</protocol> <responseLength>512</responseLength> </request>`,
			[]string{"request at=2026-11-30T09:12:34 ±=1s line=GET  route=/users/{id} client=203.0.113.7 status=200 out=512"},
		},
		{
			"API Gateway, XML of an HTTP API", "api-gateway-xml",
			`<request id="a1"> <ip>203.0.113.7</ip> <requestTime>30/Nov/2026:09:12:34 +0000</requestTime> <httpMethod>GET</httpMethod> <routeKey>GET /users/{id}</routeKey> <status>200</status> <protocol>HTTP/1.1</protocol> <responseLength>512</responseLength> <extendedRequestId>b=</extendedRequestId> </request>`,
			[]string{"request at=2026-11-30T09:12:34 ±=1s line=GET  route=/users/{id} client=203.0.113.7 status=200 out=512"},
		},
		{
			"API Gateway, CSV of an HTTP API", "api-gateway-csv",
			`203.0.113.7,30/Nov/2026:09:12:34 +0000,GET,GET /users/{id},HTTP/1.1,200,512,a1,b=`,
			[]string{"request at=2026-11-30T09:12:34 ±=1s line=GET  route=/users/{id} client=203.0.113.7 status=200 out=512"},
		},
		{
			"events of a WebSocket API", "api-gateway-json",
			`{"requestTimeEpoch":"1796029954999","connectionId":"abc=","eventType":"DISCONNECT","routeKey":"$disconnect","status":"200","connectedAt":"1796029900000"}`,
			[]string{"message at=2026-11-30T09:12:34.999 ±=1ms line=  route=$disconnect event=DISCONNECT status=200 conn=abc="},
		},
		{
			"Lambda, as CloudWatch exports it, among what the function printed", "lambda",
			"2026-11-30T09:12:34.500Z INIT_START Runtime Version: python:3.13.v1\tRuntime Version ARN: arn\n2026-11-30T09:12:34.600Z START RequestId: 8f507cfc Version: $LATEST\n2026-11-30T09:12:34.700Z predicted 17\na second line\n2026-11-30T09:12:35.000Z REPORT RequestId: 8f507cfc\tDuration: 299.50 ms\tBilled Duration: 650 ms\tMemory Size: 512 MB\tMax Memory Used: 67 MB\tInit Duration: 350.25 ms\t\nXRAY TraceId: 1\n",
			[]string{"invocation at=2026-11-30T09:12:34.35025 ±=1ms line=  took=299.5ms waited=299.5ms init=350.25ms billed=650ms memory=512"},
		},
		{
			"Lambda, as aws logs tail prints it", "lambda",
			"2026-11-30T09:12:35.000000+00:00 2026/11/30/[$LATEST]0a1b REPORT RequestId: 8f507cfc\tDuration: 1.50 ms\tBilled Duration: 2 ms\tMemory Size: 128 MB\tMax Memory Used: 67 MB\t",
			[]string{"invocation at=2026-11-30T09:12:34.9985 ±=1µs line=  took=1.5ms waited=1.5ms billed=2ms memory=128 environment=2026/11/30/[$LATEST]0a1b"},
		},
		{
			"Lambda, JSON", "lambda-json",
			`{"time":"2026-11-30T09:12:35.000Z","type":"platform.start","record":{"requestId":"8f"}}` + "\nplain text\n" + `{"time":"2026-11-30T09:12:35.000Z","type":"platform.report","record":{"requestId":"8f","metrics":{"durationMs":10.5,"billedDurationMs":11,"memorySizeMB":256,"maxMemoryUsedMB":60},"status":"success"}}`,
			[]string{"invocation at=2026-11-30T09:12:34.9895 ±=1ms line=  took=10.5ms waited=10.5ms billed=11ms memory=256"},
		},
		{
			"nginx, combined", "combined",
			`203.0.113.7 - anna smith [30/Nov/2026:09:12:34 +0000] "GET /a?b=\x22 HTTP/1.1" 304 0 "-" "Mozilla/5.0 (X11)"`,
			[]string{`request at=2026-11-30T09:12:34 ±=1s line=GET /a query=b=\x22 client=203.0.113.7 user=anna smith status=304 out=0`},
		},
		{
			"Apache, common", "common",
			`127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] "GET /apache_pb.gif HTTP/1.0" 200 2326`,
			[]string{"request at=2000-10-10T20:55:36 ±=1s line=GET /apache_pb.gif client=127.0.0.1 user=frank status=200 out=2326"},
		},
		{
			"HAProxy, behind what syslog puts first", "haproxy",
			`Feb  6 12:14:14 localhost haproxy[14389]: 10.0.1.2:33317 [06/Feb/2009:12:14:14.655] http-in static/srv1 10/0/30/69/109 200 2750 - - ---- 1/1/1/1/0 0/0 {1wt.eu} {} "GET /index.html HTTP/1.1"`,
			[]string{"request at=2009-02-06T12:14:14.655 ±=1ms line=GET /index.html client=10.0.1.2 status=200 out=2750 took=109ms waited=69ms"},
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			got, c := entriesOf(t, row.text)
			if c.Format.Name != row.format || c.Malformed > 0 {
				t.Errorf("read as %s, %d lines malformed: %v", c.Format.Name, c.Malformed, c.Problems)
			}
			if !reflect.DeepEqual(got, row.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(row.want, "\n"))
			}
		})
	}
}

func TestALogByItsTemplate(t *testing.T) {
	for _, row := range []struct{ template, line, want, wrong string }{
		{`$context.requestTimeEpoch|$context.httpMethod|$context.path|$context.status|$context.integration.latency`, "1796029954999|GET|/a|200|17", "request at=2026-11-30T09:12:34.999 ±=1ms line=GET /a status=200 waited=17ms", ""},
		{`$context.requestTimeEpoch $context.httpMethod $context.resourcePath $context.path $context.status`, "1796029954999 GET /users/{id} /prod/users/7 200", "request at=2026-11-30T09:12:34.999 ±=1ms line=GET /users/7 route=/users/{id} status=200", ""},
		{`$context.requestTimeEpoch $context.stage $context.routeKey $context.path $context.status`, "1796029954999 v1 $default /v1/users/7 200", "request at=2026-11-30T09:12:34.999 ±=1ms line= /users/7 route=$default status=200", ""},
		{`{"t":"$context.requestTimeEpoch","s":"$context.status","unknown":"$context.wafResponseCode"}`, `{"t":"1796029954999","s":"200","unknown":"a "b""}`, "request at=2026-11-30T09:12:34.999 ±=1ms line=  status=200", ""},
		{`$msec $request_time ${status} "$request" $upstream_cache_status`, `1796029955.500 0.500 200 "GET /a HTTP/1.1" HIT`, "request at=2026-11-30T09:12:35 ±=1ms line=GET /a status=200 took=500ms cache=hit", ""},
		{`$context.status$context.path`, "", "", "nothing between $context.status and"},
		{`$nothing $known`, "", "", "no variable that is known"},
		{`plain`, "", "", "is not a format: name one of alb-access"},
	} {
		f, err := Parse(row.template)
		if row.wrong != "" {
			if err == nil || !strings.Contains(err.Error(), row.wrong) {
				t.Errorf("%s: %v, want an error with %q", row.template, err, row.wrong)
			}
			continue
		}
		var got string
		if _, err := Read(strings.NewReader(row.line), &f, func(e *Entry) { got = said(e) }); err != nil || got != row.want {
			t.Errorf("%s: %s, %v, want %s", row.template, got, err, row.want)
		}
	}
}

func TestPresetsCompile(t *testing.T) {
	for _, text := range []string{presetCLF, presetCLF2, presetRoute, presetCSV, presetItems, presetXML, presetXML2, presetNodes, combined, common} {
		if _, _, err := compile(text); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestLinesThatCannotBeReadAreCounted(t *testing.T) {
	good := `2019-12-04	21:02:31	LAX1	392	192.0.2.100	GET	d1.cloudfront.net	/secret-path	200	-	-	-	-	Hit`
	text := "#Version: 1.0\n" + good + "\n" + strings.Replace(good, "200", "2x0", 1) + "\n" + good[:30] + "\n" + good + "\n\n" + strings.Repeat("x", longestLine+5) + "\n" + good
	got, c := entriesOf(t, text)
	if len(got) != 3 || c.Entries != 3 || c.Malformed != 3 || c.Lines != 7 {
		t.Errorf("%d entries, %+v", len(got), c)
	}
	want := []Problem{{3, "field 9, sc-status, is not a status code"}, {4, "has too few fields: 5 of 33"}, {7, "is longer than 262144 bytes"}}
	if !reflect.DeepEqual(c.Problems, want) {
		t.Errorf("problems are %v, want %v", c.Problems, want)
	}
}

func packed(text string) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = io.WriteString(z, text)
	_ = z.Close()
	return b.Bytes()
}

func TestWhatIsNoLogIsRefused(t *testing.T) {
	clf := `127.0.0.1 - - [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.0" 200 2326` + "\n"
	two := append(packed(clf), packed(clf)...)
	for _, row := range []struct {
		name    string
		data    []byte
		entries int64
		wrong   string
	}{
		{"gzip in members, one after the other", two, 2, ""},
		{"gzip twice", packed(string(two)), 2, ""},
		{"gzip that is cut off", two[:len(two)-12], 2, "is cut off after"},
		{"nothing", nil, 0, "is empty"},
		{"text", []byte("hello\n"), 0, "has no known format: name it by --format (alb-access, "},
		{"what aws logs filter-log-events prints", []byte("{\n  \"events\": [\n    {\n \"timestamp\": 1796029955000,\n \"message\": \"REPORT RequestId: a\"\n}]}"), 0, "aws logs tail"},
		{"Parquet", []byte("PAR1...."), 0, "is Parquet, which is not read"},
		{"zip", []byte("PK\x03\x04...."), 0, "unzip -p"},
	} {
		t.Run(row.name, func(t *testing.T) {
			c, err := Read(bytes.NewReader(row.data), nil, func(*Entry) {})
			if c.Entries != row.entries || (err == nil) != (row.wrong == "") || err != nil && !strings.Contains(err.Error(), row.wrong) {
				t.Errorf("%d entries, %v; want %d and %q", c.Entries, err, row.entries, row.wrong)
			}
		})
	}
}

// Every reader takes any bytes, and what it returns is in bounds.
func FuzzRead(f *testing.F) {
	for i := range Formats() {
		f.Add(i, []byte("a b c\n"))
		f.Add(i, []byte(`http 2018-07-02T22:23:00.186641Z a 1.2.3.4:5 - -1 0.001 0.0 200 - 0 57 "GET http://h:80/ HTTP/1.1" "\"" - - -`))
		f.Add(i, []byte(`{"a":{"b":[1,"\u00e9\n"]},"status":"200","sc-status":"000","time":"2026-11-30T00:00:00Z","durationMs":1e3}`))
		f.Add(i, []byte("#Fields: time date sc-status\n23:59:60\t2000-02-29\t200\n"))
		f.Add(i, []byte("REPORT RequestId: a\tDuration: 1 ms\tBilled Duration: ms\tMemory Size: 128 MB"))
		f.Add(i, []byte(`1.2.3.4:5 [06/Feb/2009:12:14:14.655] a b/c -1/-1/-1/-1/+0 -1 +0 - - ---- 1/1/1/1/0 0/0 "<BADREQ>"`))
		f.Add(i, []byte(`1.2.3.4:5 [06/Feb/2009:12:14:14.655] a b/c -1/-1/-1/-1/+0 -1 +0 - - ---- 1/1/1/1/0 0/0 " / HTTP/1.1"`))
	}
	f.Fuzz(func(t *testing.T, i int, data []byte) {
		all := Formats()
		format := all[uint(i)%uint(len(all))]
		for _, one := range []*Format{&format, nil} {
			c, err := Read(bytes.NewReader(data), one, func(e *Entry) {
				if e.Took < Unknown || e.Backend < Unknown || e.In < Unknown || e.Out < Unknown || e.Status < Unknown || e.Status > 999 || e.Init < Unknown || e.Billed < Unknown {
					t.Errorf("%s: out of bounds: %s", format.Name, said(e))
				}
				if e.Resolution > time.Second {
					t.Errorf("a resolution of %v", e.Resolution)
				}
			})
			if err == nil && c.Entries+c.Malformed > c.Lines {
				t.Errorf("%d entries and %d malformed of %d lines", c.Entries, c.Malformed, c.Lines)
			}
		}
	})
}

// Times are those of package time, which is more lenient.
func FuzzTimes(f *testing.F) {
	f.Add("2026-11-30T12:00:00.123456Z")
	f.Add("2000-02-29T23:59:59+05:30")
	f.Add("1970-01-01T00:00:00-0100")
	f.Fuzz(func(t *testing.T, text string) {
		got, _, err := readISO([]byte(text))
		want, wrong := time.Parse(time.RFC3339Nano, text)
		if err == nil && wrong == nil && got != want.UnixNano() {
			t.Errorf("%s is %d, want %d", text, got, want.UnixNano())
		}
	})
}

// BenchmarkRead shows how fast lines are read: 1 GB in under 20 s is 50 MB/s.
func BenchmarkRead(b *testing.B) {
	line := `https 2018-07-02T22:23:00.186641Z app/my-loadbalancer/50dc6c495c0c9188 192.168.131.39:2817 10.0.0.1:80 0.086 0.048 0.037 200 200 0 57 "GET https://www.example.com:443/users/17?q=1 HTTP/1.1" "curl/7.46.0" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 ` + target + ` "Root=1-58337281-1d84f3d73c47ec4e58577259" "www.example.com" "arn:aws:acm:us-east-2:123456789012:certificate/12345678-1234-1234-1234-123456789012" 1 2018-07-02T22:22:48.364000Z "authenticate,forward" "-" "-" "10.0.0.1:80" "200" "-" "-" TID_1234abcd5678ef90` + "\n"
	text := strings.Repeat(line, 2000)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Read(strings.NewReader(text), nil, func(*Entry) {}); err != nil {
			b.Fatal(err)
		}
	}
}

// Version 2 of CloudFront's logs has the time twice if all fields are selected.
func TestATimeInSeveralFieldsIsTheMostExactOne(t *testing.T) {
	for _, row := range []struct{ what, line, at string }{
		{"to the second", `{"date":"2026-11-29","time":"12:00:01","sc-status":"200","time-taken":"0.500"}`, " at=2026-11-29T12:00:00.5 ±=1s"},
		{"and in milliseconds", `{"date":"2026-11-29","time":"12:00:01","timestamp(ms)":"1795953601250","sc-status":"200","time-taken":"0.500"}`, " at=2026-11-29T12:00:00.75 ±=1ms"},
		{"in milliseconds first", `{"timestamp(ms)":"1795953601250","time":"12:00:01","date":"2026-11-29","sc-status":"200","time-taken":"0.500"}`, " at=2026-11-29T12:00:00.75 ±=1ms"},
	} {
		if got, _ := entriesOf(t, row.line+"\n"); len(got) != 1 || !strings.Contains(got[0], row.at) {
			t.Errorf("%s: %q, want %s", row.what, got, row.at)
		}
	}
}

// The same lines are found to be the same, packed or not; lines without a time may be alike
// by chance.
func TestLogsWithTheSameLinesHaveTheSameContent(t *testing.T) {
	const line = `127.0.0.1 - jane [10/Oct/2026:13:55:36 -0700] "GET /users HTTP/1.0" 200 2326` + "\n"
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	fmt.Fprint(z, line+line)
	z.Close()
	template, err := Parse("$context.status")
	if err != nil {
		t.Fatal(err)
	}
	content := func(text string, f *Format) (Content, bool) {
		c, err := Read(strings.NewReader(text), f, func(*Entry) {})
		if err != nil {
			t.Fatal(err)
		}
		return c.Content()
	}
	plain, timed := content(line+line, nil)
	if packed, _ := content(zipped.String(), nil); packed != plain || !timed {
		t.Errorf("%+v and %+v, timed %v", packed, plain, timed)
	}
	if other, _ := content(line+strings.Replace(line, "users", "other", 1), nil); other == plain {
		t.Error("other lines have the same content")
	}
	if _, timed := content("200\n200\n", &template); timed {
		t.Error("lines without a time count as the same log")
	}
}
