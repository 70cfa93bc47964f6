package formats

import (
	"testing"

	"tollgate/scenarios/sources"
)

func TestACurlCommandBecomesAScenario(t *testing.T) {
	check(t, "curl", []row{
		{name: "an address", text: "curl https://api.test/items?n=1", has: []string{"https://api.test", "method: GET", `path: "/items?n=1"`}},
		{name: "no scheme is http", text: "curl api.test", has: []string{"http://api.test", "path: /"}},
		{name: "as Chromium copies it", text: "curl 'https://api.test/items' \\\n  -H 'accept: application/json' \\\n  -H 'authorization: Bearer hunter2' \\\n  --data-raw $'{\"name\":\"it\\'s\\u0021\"}' \\\n  --compressed", has: []string{"method: POST", `{name: "it's!"}`, `auth: {bearer: "${env:BEARER_TOKEN}"}`, "accept_encoding: [gzip, deflate, br, zstd]", "BEARER_TOKEN (the bearer token)"}},
		{name: "a variable of the shell", text: `curl -H "x-api-key: $KEY" "https://api.test/${ID}?a=$A"`, has: []string{`x-api-key: "${env:KEY}"`, `path: "/${env:ID}?a=${env:A}"`}},
		{name: "a variable in single quotes", text: `curl https://api.test/ --json '{"a": "${env:HOSTILE}"}'`, has: []string{`$${env:HOSTILE}`}},
		{name: "a secret of several parts", text: `curl -b "sid=$SID" https://api.test/`, has: []string{`Cookie: "${env:COOKIE}"`, "COOKIE (the header Cookie, which is made of ${env:SID})"}},
		{name: "data joins", text: "curl https://api.test/ -d a=1 -d 'b=2 3' --data-urlencode 'c=x&y' -d password=hunter2", has: []string{`body: "a=1&b=2 3&c=x%26y&password=${env:PASSWORD}"`, "Content-Type: application/x-www-form-urlencoded"}},
		{name: "data of a file", text: "curl https://api.test/ --json @body.json", has: []string{"json: {from: a file}"}},
		{name: "data in the query", text: "curl -G https://api.test/?a=1 -d b=2", has: []string{"method: GET", `"/?a=1&b=2"`}},
		{name: "a form", text: "curl https://api.test/ -F name=ada -F password=hunter2 -F 'doc=@body.json;type=application/json'", has: []string{"multipart/form-data; boundary=", `filename=\"body.json\"`, "${env:PASSWORD}"}},
		{name: "a user", text: "curl -u ada:hunter2 https://api.test/", has: []string{`Authorization: "${env:AUTHORIZATION}"`}},
		{name: "a user in the address", text: "curl https://ada:hunter2@api.test/", has: []string{"https://api.test", `Authorization: "${env:AUTHORIZATION}"`}},
		{name: "letters joined", text: "curl -sSXPUT -dhello https://api.test/", has: []string{"method: PUT", "body: hello"}},
		{name: "an upload", text: "curl -T body.json https://api.test/doc", has: []string{"method: PUT", "json: {from: a file}"}},
		{name: "a signature", text: "curl --aws-sigv4 aws:amz:eu-west-1:lambda -u AKIAIOSFODNN7EXAMPLE:hunter2 https://abc.lambda-url.eu-west-1.on.aws/", has: []string{"kind: function-url", "auth: {iam: true}"}, lacks: []string{"AKIA"}},
		{name: "the connection", text: "curl -k --connect-to ::127.0.0.1:8443 -x http://ada:hunter2@proxy.test:3128 -4 https://api.test/", has: []string{"insecure: true", `connect_to: "127.0.0.1:8443"`, "${env:PROXY_PASSWORD}", "ip: 4"}},
		{name: "what reads the response", text: "curl -s https://api.test/ | jq .name > out.json", has: []string{"path: /"}},
		{name: "two commands", text: "curl https://api.test/a\ncurl -X DELETE https://api.test/b", has: []string{"get-a", "delete-b", "may change data"}},
		{name: "redirects", text: "curl -L https://api.test/", has: []string{"Redirects are not followed"}},
		{name: "a version", text: "curl --http1.1 https://api.test/", has: []string{"engine: {http: 1.1}"}},
		{name: "a REST API", text: "curl https://abc.execute-api.eu-west-1.amazonaws.com/prod/items", request: sources.Request{Kind: "rest-api"}, has: []string{"kind: rest-api", "amazonaws.com/prod", "path: /items", "requests_per_month"}},
		{name: "at the lab", text: "curl https://api.test/v1/items", request: sources.Request{Address: "lab", Kind: "http-api"}, has: []string{"url: lab", "path: /v1/items"}},
		{name: "an unknown API", text: "curl https://abc.execute-api.eu-west-1.amazonaws.com/prod/items", wrong: "add --kind rest-api"},
		{name: "no command", text: "wget https://api.test", wrong: "file:1: this is no curl command"},
		{name: "nothing", text: "# only a remark", wrong: "there is no command"},
		{name: "the output of a command", text: "curl -H \"x: $(cat token)\" https://api.test/", wrong: "file:1: the output of a command"},
		{name: "an expansion", text: "curl \"https://api.test/${A:-b}\"", wrong: "only $NAME and ${NAME}"},
		{name: "a quote without an end", text: "curl 'https://api.test/", wrong: "file:1: this is no shell command"},
		{name: "for Windows", text: "curl ^\"https://api.test/^\" ^\n -H ^\"a: b^\" '", wrong: "Copy as cURL (bash)"},
		{name: "an option that is unknown", text: "curl\\\n --teleport https://api.test/", wrong: "--teleport is not an option of curl"},
		{name: "a letter that is unknown", text: "curl -?hunter2 https://api.test/", wrong: "-? is not an option"},
		{name: "a pattern", text: "curl https://api.test/[1-9]", wrong: "has a pattern"},
		{name: "a file that is missing", text: "curl https://api.test/ -d @gone.json", wrong: "gone.json is not there"},
		{name: "FTP", text: "curl ftp://api.test/", wrong: "ftp:// is not a scheme"},
		{name: "no address", text: "curl -s", wrong: "has no address"},
		{name: "several steps", text: "curl https://api.test/ && curl https://api.test/b", wrong: "depend on each other"},
	})
}

func FuzzCurl(f *testing.F) {
	fuzz(f, "curl", "curl https://api.test/items -H 'a: b' -d @body.json", `curl "https://x/$A" $'\x41\u00e9\101\q' -u a:b -F a=b;type=c`, "curl 'http://a/${env:HOSTILE}' --json '{\"a\":\"${env:HOSTILE}\"}' -H 'X-Api-Key: ${env:HOSTILE}'")
}
