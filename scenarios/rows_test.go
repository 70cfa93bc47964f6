package scenarios

import (
	"strings"
	"testing"
)

// base is a scenario without a fault. A row of a table replaces a piece of it.
const base = `name: base
targets:
  rest: {kind: rest-api, url: "https://abc123.execute-api.eu-central-1.amazonaws.com/prod"}
  lab-alb: {kind: alb, url: lab}
requests:
  - {name: health, path: /, weight: 1}
  - {name: predict, method: POST, path: /predict, json: {features: [5.1]}, weight: 9}
load:
  - constant: {rate: 200/s, for: 30s}
`

// with is base with one piece of it replaced.
func with(t testing.TB, old, new string) string {
	t.Helper()
	if strings.Count(base, old) != 1 {
		t.Fatalf("%q is %d times in base", old, strings.Count(base, old))
	}
	return strings.Replace(base, old, new, 1)
}

// A row is a scenario and what is said about it.
type row struct {
	name     string
	old, new string // replaced in base
	want     string // in the message; "" is no message
	deeper   bool   // only the parser can see it, not the schema
}

var rows = []row{
	{name: "nothing is wrong", old: "base", new: "base"},
	// Keys.
	{name: "an unknown key", old: "method: POST", new: "methd: POST", want: `x.yaml:7:21: requests[1]: unknown key "methd"; did you mean "method"?`},
	{name: "an unknown key at the top", old: "load:", new: "laod:", want: `unknown key "laod"; did you mean "load"?`},
	// Probes, as far as they have anything in common; the rest is theirs.
	{name: "a probe", old: "name: base", new: "name: base\nprobes:\n  - usage-plan: {target: rest}"},
	{name: "a probe without options", old: "name: base", new: "name: base\nprobes:\n  - usage-plan:"},
	{name: "a probe of several targets", old: "name: base", new: "name: base\nprobes:\n  - usage-plan: {targets: [rest, lab-alb]}"},
	{name: "probes and no load", old: "load:\n  - constant: {rate: 200/s, for: 30s}\n", new: "probes: [{usage-plan: {}}]\n"},
	{name: "neither load nor probes", old: "load:\n  - constant: {rate: 200/s, for: 30s}\n", new: "", want: `needs "load"`},
	{name: "thresholds of no load", old: "load:\n  - constant: {rate: 200/s, for: 30s}\n", new: "probes: [{usage-plan: {}}]\nthresholds: [max < 1s]\n", want: "there is no load that they could be about"},
	{name: "no probe", old: "name: base", new: "name: base\nprobes: []", want: "probes: is empty"},
	{name: "two probes in one", old: "name: base", new: "name: base\nprobes: [{usage-plan: {}, saturation: {}}]", want: "probes[0]: needs the name of one probe"},
	{name: "a probe whose options are a list", old: "name: base", new: "name: base\nprobes: [{usage-plan: [rest]}]", want: "probes[0].usage-plan: needs a mapping of options"},
	{name: "a probe of an unknown target", old: "name: base", new: "name: base\nprobes: [{usage-plan: {target: rets}}]", want: `probes[0].usage-plan: the scenario has no target "rets"; did you mean "rest"?`, deeper: true},
	{name: "a probe of a target and of several", old: "name: base", new: "name: base\nprobes: [{usage-plan: {target: rest, targets: [lab-alb]}}]", want: "has target and targets"},
	{name: "a probe of a target that is no name", old: "name: base", new: "name: base\nprobes: [{usage-plan: {target: [rest]}}]", want: "is not the name of a target"},
	{name: "a missing key", old: "name: base\n", new: "", want: `needs "name"`},
	{name: "two missing keys", old: ", url: lab}", new: "}", want: `targets.lab-alb: needs "url"`},
	{name: "an empty key", old: "name: base", new: "name:", want: "x.yaml:1:1: name: is empty"},
	{name: "a key given twice", old: "name: base", new: "name: base\nname: again", want: `x.yaml:2:1: this key is given twice, first on line 1`, deeper: true},
	// Types.
	{name: "a list where a mapping belongs", old: "{kind: alb, url: lab}", new: "[alb, lab]", want: "targets.lab-alb: needs a mapping with keys such as kind; this is a list"},
	{name: "a mapping where a list belongs", old: "load:\n  - constant:", new: "load:\n    constant:", want: "load: needs a list"},
	{name: "a text where a whole number belongs", old: "weight: 1}", new: "weight: one}", want: `requests[0].weight: "one" is not a whole number`},
	{name: "a number with a suffix", old: "weight: 1}", new: "weight: 1k}"},
	{name: "a number with an exponent", old: "weight: 1}", new: "weight: 1e3}"},
	{name: "a number with underscores", old: "weight: 1}", new: "weight: 1_000}"},
	{name: "a number out of bounds", old: "weight: 1}", new: "weight: 0}", want: "is out of bounds: from 1 to 10000"},
	{name: "a number where a name belongs", old: "name: base", new: "name: 17", want: `name: "17" is not a name`},
	// Names.
	{name: "a name with a space", old: "name: base", new: "name: my base", want: "is not a name: use letters"},
	{name: "a target's name that a threshold could not hold", old: "lab-alb:", new: `"lab/alb":`, want: `targets: "lab/alb" is not a name`},
	{name: "a request's name used twice", old: "name: predict", new: "name: health", want: `"health" is the name of another request, on line 6`, deeper: true},
	// Targets.
	{name: "an unknown kind", old: "kind: rest-api", new: "kind: rest", want: `unknown kind "rest"; did you mean "rest-api"? (kinds are rest-api, http-api`},
	{name: "a kind that may be two", old: "kind: rest-api", new: "kind: http", want: `unknown kind "http"; did you mean "http-api" or "origin"? (kinds are`},
	{name: "a kind in other words", old: "kind: rest-api", new: "kind: Server", want: `unknown kind "Server"; did you mean "origin"?`},
	{name: "an unknown kind like no other", old: "kind: rest-api", new: "kind: teapot", want: `unknown kind "teapot" (kinds are`},
	{name: "an address without a scheme", old: "https://abc123", new: "abc123", want: "is not an address: write http:// or https://"},
	{name: "an address of another scheme", old: "https://abc123", new: "ftp://abc123", want: "is not an address"},
	{name: "an address with a password", old: "https://abc123", new: "https://me:hunter2@abc123", want: "targets.rest.url: holds a user or password"},
	{name: "a port beyond the last", old: "/prod", new: ":65536/prod", want: "has a port that does not exist: ports are 1 to 65535", deeper: true},
	{name: "port 0", old: "/prod", new: ":0/prod", want: "has a port that does not exist", deeper: true},
	{name: "an address with a query", old: "/prod", new: "/prod?x=1", want: "targets.rest.url: has a query or fragment"},
	{name: "an international name", old: "https://abc123", new: "https://bücher.abc123"},
	{name: "an international name that is none", old: "https://abc123", new: "https://a\u200db\u2028.abc123", want: "url: its host is not a name that DNS knows", deeper: true},
	{name: "a plan of no target", old: "name: base", new: "name: base\nlab: {plans: {lab-alb: {rate: 1/s, burst: 2}}}", want: `lab: plans: "lab-alb" is no target at the lab that has usage plans`, deeper: true},
	{name: "an origin in the lab", old: "kind: alb", new: "kind: origin", want: `"lab" has no door of kind origin`},
	{name: "a cache on a load balancer", old: "url: lab", new: "url: lab, cache: 0.5", want: "targets.lab-alb.cache: belongs to rest-api, and this target is of kind alb"},
	{name: "a private API", old: "/prod\"", new: "/prod\", private_endpoint: {zones: 2}"},
	{name: "a private API without zones", old: "/prod\"", new: "/prod\", private_endpoint: {}", want: "targets.rest.private_endpoint"},
	{name: "an interface endpoint of a load balancer", old: "url: lab", new: "url: lab, private_endpoint: {zones: 2}", want: "private_endpoint: belongs to rest-api"},
	{name: "a load balancer in one zone", old: "url: lab", new: "url: lab, zones: 1", want: `zones: "1" must be 0, of an internal load balancer, or at least 2`},
	{name: "zones on a REST API", old: "/prod\"", new: "/prod\", zones: 2", want: "zones: belongs to alb"},
	{name: "a cache", old: "/prod\"", new: "/prod\", cache: 6.1"},
	{name: "a cache with its unit", old: "/prod\"", new: "/prod\", cache: 0.5GB"},
	{name: "a cache of a size that is not sold", old: "/prod\"", new: "/prod\", cache: 7", want: "API Gateway has 0.5, 1.6, 6.1, 13.5, 28.4, 58.2, 118 or 237 GB"},
	{name: "a region that is none", old: "/prod\"", new: "/prod\", region: Frankfurt", want: `region: "Frankfurt" is not an AWS region`},
	{name: "limits", old: "name: base", new: "name: base\nallow: ['*.amazonaws.com', 127.0.0.1, '::1', localhost]\nmax_rate: 500/s"},
	{name: "a limit that is a web address", old: "name: base", new: "name: base\nallow: ['https://api.example.com']", want: "allow: \"https://api.example.com\" is not a host pattern"},
	{name: "a limit with a star in the middle", old: "name: base", new: "name: base\nallow: ['api.*.com']", want: "is not a host pattern", deeper: true},
	{name: "a limit that allows nothing", old: "name: base", new: "name: base\nallow: []", want: "allow: is empty"},
	{name: "a limit from the environment", old: "name: base", new: "name: base\nallow: ['${env:KEY}']", want: "comes from the environment: write it into the file", deeper: true},
	{name: "a highest rate without a unit", old: "name: base", new: "name: base\nmax_rate: 500"},
	{name: "a highest rate of nothing", old: "name: base", new: "name: base\nmax_rate: 0/s", want: "a rate must be positive", deeper: true},
	{name: "a region that AWS does not have", old: "abc123.execute-api.eu-central-1.amazonaws.com/prod\"", new: "api.example.com\", region: us-east-9", want: `region: "us-east-9" is not a region that this program knows; did you mean "us-east-1"?`},
	{name: "a host in a region that AWS does not have", old: "eu-central-1", new: "eu-central-7", want: `targets.rest.url: the host names the region eu-central-7, which is not a region that this program knows; did you mean "eu-central-1"?`, deeper: true},
	{name: "a region that contradicts the host", old: "/prod\"", new: "/prod\", region: us-east-1", want: `x.yaml:3:101: targets.rest.region: "us-east-1" contradicts the url, whose host is in eu-central-1`, deeper: true},
	{name: "a region that says what the host says", old: "/prod\"", new: "/prod\", region: eu-central-1"},
	{name: "a custom domain without a region", old: "abc123.execute-api.eu-central-1.amazonaws.com", new: "api.example.com", want: "targets.rest: the region of rest cannot be read off its address: write region: (such as eu-central-1) next to the url, or pricing: {region: …} for all targets", deeper: true},
	{name: "an API on this machine without a region", old: "https://abc123.execute-api.eu-central-1.amazonaws.com", new: "http://127.0.0.1:4566", want: "cannot be read off its address", deeper: true},
	{name: "a custom domain with a region", old: "abc123.execute-api.eu-central-1.amazonaws.com/prod\"", new: "api.example.com\", region: eu-central-1"},
	{name: "a custom domain in the region of the bill", old: "name: base\ntargets:\n  rest: {kind: rest-api, url: \"https://abc123.execute-api.eu-central-1.amazonaws.com", new: "name: base\npricing: {region: eu-west-1}\ntargets:\n  rest: {kind: rest-api, url: \"https://api.example.com"},
	{name: "an origin needs no region", old: "kind: rest-api, url: \"https://abc123.execute-api.eu-central-1.amazonaws.com", new: "kind: origin, url: \"https://api.example.com"},
	{name: "an origin behind a load balancer", old: "kind: rest-api, url: \"https://abc123.execute-api.eu-central-1.amazonaws.com", new: "kind: origin, url: \"https://my-alb-123.eu-central-1.elb.amazonaws.com"},
	{name: "an origin that is an API", old: "kind: rest-api", new: "kind: origin", want: `targets.rest.kind: "origin" contradicts the url, which is the address of an API of API Gateway: write kind: rest-api or http-api`, deeper: true},
	{name: "a REST API that is a load balancer", old: "abc123.execute-api.eu-central-1.amazonaws.com", new: "My-ALB-123.eu-central-1.elb.amazonaws.com", want: `"rest-api" contradicts the url, which is the address of an Application Load Balancer: write kind: alb`, deeper: true},
	{name: "a REST API that is a function URL", old: "abc123.execute-api.eu-central-1.amazonaws.com", new: "abc123.lambda-url.eu-central-1.on.aws", want: `which is the address of a Function URL: write kind: function-url`, deeper: true},
	{name: "a load balancer that is a network one", old: "kind: rest-api, url: \"https://abc123.execute-api.eu-central-1.amazonaws.com", new: "kind: alb, url: \"https://my-nlb-123.elb.eu-central-1.amazonaws.com", want: `which is the address of a Network Load Balancer: write kind: origin`, deeper: true},
	{name: "a function", old: "/prod\"", new: "/prod\", function: {name: ml, memory: 1GB, architecture: arm64}"},
	{name: "a function's memory without a unit", old: "/prod\"", new: "/prod\", function: {memory: 512}", want: `memory: "512" has no unit: write 512MB or 512GB`},
	{name: "a function's memory out of bounds", old: "/prod\"", new: "/prod\", function: {memory: 64MB}", want: "from 128MB to 10240MB", deeper: true},
	{name: "an architecture that is none", old: "/prod\"", new: "/prod\", function: {architecture: arm}", want: `is not one of x86_64 or arm64; did you mean "arm64"?`},
	{name: "a load balancer by its ARN", old: "url: lab", new: "url: 'http://a.eu-west-1.elb.amazonaws.com', balancer: 'arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/app/my/50dc6c495c0c9188'"},
	{name: "a load balancer by its name alone", old: "url: lab", new: "url: lab, balancer: my", want: "write app/NAME/ID"},
	// Keys.
	{name: "a key space", old: "path: /, weight: 1", new: "path: '/items/{key}?lang={key}', keys: {count: 1000}, weight: 1"},
	{name: "a key space after Zipf", old: "path: /, weight: 1", new: "path: /, query: {id: 'a{key}'}, keys: {count: 1000, pick: zipf, exponent: 1.2}, weight: 1"},
	{name: "listed keys", old: "path: /, weight: 1", new: "path: /, headers: {X-Tenant: '{key}'}, keys: {list: [acme, 17], pick: in-turn}, weight: 1"},
	{name: "a place without keys", old: "path: /, weight: 1", new: "path: '/{key}', weight: 1", want: `requests[0]: has "${key}" but no keys: add keys: {count: 1000}`, deeper: true},
	{name: "keys without a place", old: "path: /, weight: 1", new: "path: /, keys: {count: 5}, weight: 1", want: `requests[0].keys: has no place to go: write "${key}" into the path`, deeper: true},
	{name: "keys in a body", old: "path: /, weight: 1", new: "path: /, json: {id: '${key}'}, keys: {count: 5}, weight: 1"},
	{name: "a key in a name", old: "name: base", new: "name: 'a${key}'", want: "name: ${key} stands for another value in each request: it can be in the path, query, headers and body of a request"},
	{name: "keys both ways", old: "path: /, weight: 1", new: "path: '/{key}', keys: {count: 5, list: [a]}, weight: 1", want: "requests[0].keys: needs count (the numbers from 1) or list (the keys), and not both"},
	{name: "keys neither way", old: "path: /, weight: 1", new: "path: '/{key}', keys: {pick: zipf}, weight: 1", want: "needs count"},
	{name: "no keys", old: "path: /, weight: 1", new: "path: '/{key}', keys: {count: 0}, weight: 1", want: "requests[0].keys.count: \"0\" is out of bounds: from 1 to 100000"},
	{name: "a key that a URL would escape", old: "path: /, weight: 1", new: "path: '/{key}', keys: {list: ['a b']}, weight: 1", want: `requests[0].keys.list[0]: "a b" is not a key`},
	{name: "an exponent without Zipf", old: "path: /, weight: 1", new: "path: '/{key}', keys: {count: 5, exponent: 1}, weight: 1", want: "requests[0].keys.exponent: belongs to pick: zipf"},
	{name: "an exponent that is none", old: "path: /, weight: 1", new: "path: '/{key}', keys: {count: 5, pick: zipf, exponent: 0}, weight: 1", want: "is not an exponent of Zipf's law"},
	{name: "keys picked otherwise", old: "path: /, weight: 1", new: "path: '/{key}', keys: {count: 5, pick: zip}, weight: 1", want: `did you mean "zipf"?`},
	{name: "another place in braces", old: "path: /, weight: 1", new: "path: '/{id}', weight: 1", want: "is not a path", deeper: true},
	// Secrets.
	{name: "a secret by reference", old: "/prod\"", new: `/prod", auth: {api_key: "${env:KEY}"}`},
	{name: "a secret in the file", old: "/prod\"", new: `/prod", auth: {api_key: hunter2}`, want: `targets.rest.auth.api_key: a secret does not belong in a file`},
	{name: "a secret with a part in the file", old: "/prod\"", new: `/prod", auth: {bearer: "hunter2${env:KEY}"}`, want: "a secret does not belong in a file"},
	{name: "two proofs at once", old: "/prod\"", new: `/prod", auth: {api_key: "${env:KEY}", iam: true}`, want: "exactly one of api_key, bearer or iam"},
	{name: "signatures by the default credentials", old: "/prod\"", new: `/prod", auth: {iam: true}`},
	{name: "signatures by a profile", old: "/prod\"", new: `/prod", auth: {iam: {profile: me}}`},
	{name: "signatures that are off", old: "/prod\"", new: `/prod", auth: {iam: false}`, want: "neither true nor a mapping"},
	{name: "signatures at a load balancer", old: "kind: alb, url: lab", new: `kind: alb, url: "http://h", auth: {iam: true}`, want: "kind alb does not check AWS signatures"},
	{name: "a key for the lab", old: "kind: alb, url: lab", new: `kind: rest-api, url: lab, auth: {api_key: "${env:KEY}"}`, want: "the lab needs no auth"},
	{name: "a secret header in the file", old: "path: /,", new: "path: /, headers: {Authorization: Bearer hunter2},", want: "headers.Authorization: a secret does not belong in a file"},
	{name: "another secret header in the file", old: "path: /,", new: "path: /, headers: {X-Auth-Token: hunter2},", want: "headers.X-Auth-Token: a secret does not belong in a file"},
	{name: "a header that only sounds secret", old: "path: /,", new: "path: /, headers: {X-Page-Token: p2},"},
	{name: "a secret parameter in the file", old: "path: /,", new: "path: /, query: {api_key: hunter2},", want: "query.api_key: a secret does not belong in a file", deeper: true},
	{name: "a secret parameter by reference", old: "path: /,", new: `path: /, query: {api_key: "${env:KEY}", page_token: p2},`},
	{name: "a secret parameter in a path", old: "path: /,", new: "path: '/?a=1&Access%5Ftoken=hunter2',", want: "path: a secret does not belong in a file: put the value of Access_token into", deeper: true},
	{name: "a secret parameter in a path by reference", old: "path: /,", new: "path: '/?a=1&token=${env:KEY}',"},
	{name: "a secret header by reference", old: "path: /,", new: `path: /, headers: {x-api-key: "${env:KEY}"},`},
	// Requests.
	{name: "a path without its slash", old: "path: /,", new: "path: health,", want: `is not a path: it begins with "/"`},
	{name: "a path with a space", old: "path: /,", new: "path: /a b,", want: "is not a path"},
	{name: "a path with a stray percent sign", old: "path: /,", new: "path: '/100%/a',", want: `a "%" in it is followed by two hexadecimal digits`, deeper: true},
	{name: "a query with a stray percent sign", old: "path: /,", new: "path: '/a?b=100%',"},
	{name: "an address for a path", old: "path: /,", new: "path: 'http://other/',", want: "is not a path"},
	{name: "an unknown method", old: "method: POST", new: "method: PSOT", want: `is not one of GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS; did you mean`},
	{name: "two bodies", old: "json: {features: [5.1]}", new: "json: 1, body: x", want: "needs one body at most, and has json and body"},
	{name: "a body that is no text", old: "json: {features: [5.1]}", new: "body: 17", want: "is not a string: quote it"},
	{name: "null as JSON", old: "json: {features: [5.1]}", new: "json: null"},
	{name: "a query", old: "path: /,", new: "path: /, query: {a: 1, b: [x, true], c: },"},
	{name: "a query within a query", old: "path: /,", new: "path: /, query: {a: {b: 1}},", want: "query.a: a mapping is not a value"},
	{name: "headers", old: "path: /,", new: "path: /, headers: {Accept: text/plain, X-N: 1},"},
	{name: "a header with several values", old: "path: /,", new: "path: /, headers: {X-A: [one, 2, two]},"},
	{name: "a header with no value", old: "path: /,", new: "path: /, headers: {X-A: []},", want: "headers.X-A: is empty: it needs at least one value"},
	{name: "a header with a list of lists", old: "path: /,", new: "path: /, headers: {X-A: [[one]]},", want: "headers.X-A[0]: needs a string; this is a list"},
	{name: "a header in two spellings", old: "path: /,", new: "path: /, headers: {X-A: one, x-a: two},", want: `x.yaml:6:49: requests[0].headers.x-a: is the same header as X-A: give one of them all values, as a list: "X-A: [first, second]"`, deeper: true},
	{name: "secret headers by reference", old: "path: /,", new: `path: /, headers: {Cookie: ["${env:KEY}", "${env:NAME}"]},`},
	{name: "a secret header in a list in the file", old: "path: /,", new: `path: /, headers: {Cookie: ["${env:KEY}", hunter2]},`, want: "headers.Cookie[1]: a secret does not belong in a file"},
	{name: "a header of the engine", old: "path: /,", new: "path: /, headers: {Content-Length: 3},", want: "is set by the load engine"},
	{name: "a header whose name is none", old: "path: /,", new: "path: /, headers: {'a b': 3},", want: "is not the name of a header"},
	{name: "a header with a line break", old: "path: /,", new: `path: /, headers: {a: "b\r\nX: y"},`, want: "characters that a header cannot carry", deeper: true},
	{name: "an expectation", old: "path: /,", new: "path: /, expect: {status: [200, 304], body_contains: ok},"},
	{name: "an expectation of nothing", old: "path: /,", new: "path: /, expect: {},", want: "expect: is empty"},
	{name: "a status that is none", old: "path: /,", new: "path: /, expect: {status: 2000},", want: "expect.status: \"2000\" is out of bounds: from 100 to 599"},
	{name: "a status in a list that is none", old: "path: /,", new: "path: /, expect: {status: [200, ok]},", want: `expect.status[1]: "ok" is not a whole number`},
	{name: "a time without a unit", old: "path: /,", new: "path: /, timeout: 5,", want: `timeout: "5" has no unit: write 5s, or 5ms`},
	{name: "a body file outside of the folder", old: "json: {features: [5.1]}", new: "file: ../secret", want: "is not within the scenario's folder", deeper: true},
	{name: "a body file that is not there", old: "json: {features: [5.1]}", new: "file: nothing.json", want: "does not exist in the scenario's folder", deeper: true},
	// Load.
	{name: "all shapes", old: "- constant: {rate: 200/s, for: 30s}", new: `- ramp: {from: 0/s, to: 60/m, for: 1m30s}
  - steps: {rates: [100/s, 0.5/s], for: 2s}
  - burst: {requests: 3000, at: 1500/s}
  - burst: {requests: 5}
  - poisson: {rate: 7200/h, for: 500ms}
  - closed: {users: 64, for: 10s, think: 0s}
  - closed: {users: 64, for: 10s, think: {p50: 1s, p99: 5s}}`},
	{name: "a distribution of think times without its median", old: "constant: {rate: 200/s, for: 30s}", new: "closed: {users: 6, for: 1s, think: {p99: 5s}}", want: "load[0].closed.think: needs \"p50\""},
	{name: "a distribution of think times upside down", old: "constant: {rate: 200/s, for: 30s}", new: "closed: {users: 6, for: 1s, think: {p50: 5s, p99: 1s}}", want: `load[0].closed.think.p99: "1s" is less than p50`, deeper: true},
	{name: "a distribution of think times by a mean", old: "constant: {rate: 200/s, for: 30s}", new: "closed: {users: 6, for: 1s, think: {mean: 5s}}", want: `unknown key "mean"`},
	{name: "a replay of a file outside of the folder", old: "constant: {rate: 200/s, for: 30s}", new: "replay: {file: ../log}", want: "load[0].replay.file: \"../log\" is not within the scenario's folder", deeper: true},
	{name: "a replay of a file that is not there", old: "constant: {rate: 200/s, for: 30s}", new: "replay: {file: none.csv, for: 10s}", want: "does not exist in the scenario's folder", deeper: true},
	{name: "a replay of nothing", old: "constant: {rate: 200/s, for: 30s}", new: "replay: {for: 10s}", want: `load[0].replay: needs "file"`},
	{name: "a replay at a rate", old: "constant: {rate: 200/s, for: 30s}", new: "replay: {file: a.csv, rate: 5/s}", want: `unknown key "rate"`},
	{name: "an unknown shape", old: "- constant:", new: "- constnat:", want: `load[0]: unknown key "constnat"; did you mean "constant"?`},
	{name: "two shapes in one stage", old: "- constant: {rate: 200/s, for: 30s}", new: "- constant: {rate: 200/s, for: 30s}\n    closed: {users: 1, for: 1s}", want: "load[0]: needs exactly one of constant, ramp"},
	{name: "stages with names", old: "- constant: {rate: 200/s, for: 30s}", new: "- {name: base, constant: {rate: 200/s, for: 30s}}\n  - constant: {rate: 400/s, for: 30s}\n    name: spike\nthresholds: ['@spike: max < 1s', 'rest/predict@base: max < 1s']"},
	{name: "stages by their numbers", old: "- constant: {rate: 200/s, for: 30s}", new: "- {name: base, constant: {rate: 200/s, for: 30s}}\n  - constant: {rate: 400/s, for: 30s}\nthresholds: ['@2: max < 1s', '/predict@base: max < 1s']"},
	{name: "two stages of one name", old: "- constant: {rate: 200/s, for: 30s}", new: "- {name: a, constant: {rate: 200/s, for: 30s}}\n  - {name: a, constant: {rate: 200/s, for: 30s}}", want: `load[1].name: "a" is the name of an earlier stage`, deeper: true},
	{name: "a stage with the number of another", old: "- constant: {rate: 200/s, for: 30s}", new: "- {name: '2', constant: {rate: 200/s, for: 30s}}", want: `load[0].name: "2" is the number of another stage`, deeper: true},
	{name: "a stage of a name alone", old: "- constant: {rate: 200/s, for: 30s}", new: "- {name: base}", want: "load[0]: needs exactly one of constant, ramp"},
	{name: "a threshold for an unknown stage", old: "name: base", new: "name: base\nthresholds: ['@spike: max < 1s']", want: `the scenario has no stage "spike" (it has 1)`, deeper: true},
	{name: "a threshold for a stage of a bill", old: "name: base", new: "name: base\nthresholds: ['@1: month_usd < 5']", want: "month_usd is known of the whole run, not of one of its stages: leave out @1", deeper: true},
	{name: "an abort rule for a stage", old: "name: base", new: "name: base\nabort: ['@1: max > 1s for 5s']", want: "a rule holds in every stage: leave out @1", deeper: true},
	// Warm-ups.
	{name: "a warm-up", old: "name: base", new: "name: base\nwarm_up: 10s"},
	{name: "a stage that is a warm-up", old: "- constant: {rate: 200/s, for: 30s}", new: "- {ramp: {from: 0/s, to: 200/s, for: 10s}, warm_up: true}\n  - constant: {rate: 200/s, for: 30s}"},
	{name: "two warm-ups", old: "load:\n  - constant: {rate: 200/s, for: 30s}", new: "warm_up: 5s\nload:\n  - {ramp: {from: 0/s, to: 200/s, for: 10s}, warm_up: true}\n  - constant: {rate: 200/s, for: 30s}", want: "warm_up: the first stage of the load is a warm-up already", deeper: true},
	{name: "a warm-up of no time", old: "name: base", new: "name: base\nwarm_up: soon", want: `warm_up: "soon" is not a time`},
	{name: "a warm-up that is neither", old: "- constant: {rate: 200/s, for: 30s}", new: "- {constant: {rate: 200/s, for: 30s}, warm_up: 10s}", want: `load[0].warm_up: "10s" is neither true nor false`},
	{name: "a warm-up of a ramp from nothing", old: "load:\n  - constant: {rate: 200/s, for: 30s}", new: "warm_up: 5s\nload:\n  - ramp: {from: 0/s, to: 200/s, for: 30s}", want: "the load does not begin with a steady rate that a warm-up could have: begin the list with one, such as - {constant: {rate: 50/s, for: 5s}, warm_up: true}", deeper: true},
	{name: "a warm-up after what is measured", old: "- constant: {rate: 200/s, for: 30s}", new: "- constant: {rate: 200/s, for: 30s}\n  - {constant: {rate: 200/s, for: 30s}, warm_up: true}", want: `stage "2" is a warm-up after a measured stage`, deeper: true},
	{name: "nothing but warm-up", old: "- constant: {rate: 200/s, for: 30s}", new: "- {constant: {rate: 200/s, for: 30s}, warm_up: true}", want: "load: is nothing but warm-up", deeper: true},
	{name: "a warm-up of no load", old: "load:\n  - constant: {rate: 200/s, for: 30s}\n", new: "probes: [{usage-plan: {}}]\nwarm_up: 5s\n", want: "warm_up: there is no load that it could come before"},
	{name: "a threshold for a warm-up", old: "name: base", new: "name: base\nwarm_up: 5s\nthresholds: ['@warm-up: max < 1s']", want: `stage "warm-up" is a warm-up, which no threshold is about`, deeper: true},
	{name: "no stage", old: "\n  - constant: {rate: 200/s, for: 30s}", new: " []", want: "load: is empty"},
	{name: "a rate without a unit", old: "200/s", new: "200", want: `load[0].constant.rate: "200" is not a rate: write requests per second, minute or hour, such as 200/s`},
	{name: "a rate of another unit", old: "200/s", new: "200/d", want: `"200/d" is not a rate`},
	{name: "a rate of nothing", old: "200/s", new: "0/s", want: "is no load at all", deeper: true},
	{name: "a ramp from nothing to nothing", old: "constant: {rate: 200/s, for: 30s}", new: "ramp: {from: 0/s, to: 0/m, for: 30s}", want: "load[0].ramp: is no load at all", deeper: true},
	{name: "a rate that no machine can send", old: "200/s", new: "2000000/s", want: "the highest rate is 1000000/s", deeper: true},
	{name: "a length that is no time", old: "for: 30s", new: "for: soon", want: `for: "soon" is not a time: write it as 30s`},
	{name: "a length below zero", old: "for: 30s", new: "for: -30s", want: "is not a time"},
	{name: "a length of nothing", old: "for: 30s", new: "for: 0s", want: "is out of bounds: from 1ms", deeper: true},
	{name: "a length without end", old: "for: 30s", new: "for: 10000h", want: "is out of bounds", deeper: true},
	{name: "a burst of nothing", old: "constant: {rate: 200/s, for: 30s}", new: "burst: {requests: 0}", want: "from 1 to 1048576"},
	{name: "a burst of years", old: "constant: {rate: 200/s, for: 30s}", new: "burst: {requests: 1000000, at: 1/h}", want: "raise the rate", deeper: true},
	// Thresholds.
	{name: "thresholds", old: "name: base", new: "name: base\nthresholds: [p(99) < 250ms, 'rest/predict: p(99.9) < 1s', '*: error_share < 0.1%', goodput > 100/s]"},
	{name: "a threshold that is none", old: "name: base", new: "name: base\nthresholds: [fast]", want: `x.yaml:2:14: threshold "fast": want a metric, a comparison and a limit`},
	{name: "a threshold for an unknown target", old: "name: base", new: "name: base\nthresholds: ['rets: max < 1s']", want: `the scenario has no target "rets"; did you mean "rest"? (it has rest, lab-alb)`, deeper: true},
	{name: "a threshold for an unknown request", old: "name: base", new: "name: base\nthresholds: ['rest/other: max < 1s']", want: `the scenario has no request "other" (it has health, predict)`, deeper: true},
	{name: "a threshold that no report could show", old: "name: base", new: "name: base\nthresholds: ['max < ${env:KEY}']", want: "comes from the environment: write it into the file"},
	{name: "a threshold that is a mapping", old: "name: base", new: "name: base\nthresholds: [{max: 1s}]", want: "is not a limit"},
	// Abort rules.
	{name: "abort rules", old: "name: base", new: "name: base\nabort: [error_share > 50% for 10s, 'rest/predict: p(99) >= 5s for 1m']"},
	{name: "one abort rule", old: "name: base", new: "name: base\nabort: error_share > 50% for 10s"},
	{name: "no abort rule", old: "name: base", new: "name: base\nabort: none"},
	{name: "no rule among rules", old: "name: base", new: "name: base\nabort: [none]", want: "x.yaml:2:9: abort[0]: none stands alone"},
	{name: "another word for no abort rule", old: "name: base", new: "name: base\nabort: off", want: `x.yaml:2:8: abort: "off" is not a rule: write abort: none for no rule`, deeper: true},
	{name: "an abort rule that is false", old: "name: base", new: "name: base\nabort: false", want: "abort: \"false\" is not a rule: write abort: none for no rule"},
	{name: "no rules at all", old: "name: base", new: "name: base\nabort: []", want: "abort: is empty"},
	{name: "an abort rule without a time", old: "name: base", new: "name: base\nabort: error_share > 50%", want: `x.yaml:2:8: abort rule "error_share > 50%": want a condition, the word for and a length of time; write it like error_share > 50% for 10s`},
	{name: "an abort rule with a wrong condition", old: "name: base", new: "name: base\nabort: errors > 50% for 10s", want: `"errors" is not a metric`, deeper: true},
	{name: "an abort rule of a moment", old: "name: base", new: "name: base\nabort: error_share > 50% for 10ms", want: "the length of time is 10ms: from 1s to 1h is possible", deeper: true},
	{name: "an abort rule for an unknown target", old: "name: base", new: "name: base\nabort: ['rets: max > 1s for 5s']", want: `abort[0]: "rets: max > 1s for 5s": the scenario has no target "rets"; did you mean "rest"?`, deeper: true},
	{name: "an abort rule that no report could show", old: "name: base", new: "name: base\nabort: ['max > ${env:KEY} for 5s']", want: "comes from the environment: write it into the file"},
	{name: "an abort rule that is a mapping", old: "name: base", new: "name: base\nabort: [{max: 1s}]", want: "is not a rule"},
	{name: "abort rules of no load", old: "load:\n  - constant: {rate: 200/s, for: 30s}\n", new: "probes: [{usage-plan: {}}]\nabort: none\n", want: "there is no load that a rule could end"},
	// The rest.
	{name: "pricing", old: "name: base", new: "name: base\npricing: {region: eu-central-1, requests_per_month: 1.5G, hours_per_month: 720, cold_share: 1%, init: 400ms}"},
	{name: "a number of requests in billions, as it was once written", old: "name: base", new: "name: base\npricing: {requests_per_month: 1.5B}"},
	{name: "a plain number of requests", old: "name: base", new: "name: base\npricing: {requests_per_month: 500000, cold_share: 0.01}"},
	{name: "a number of requests that is none", old: "name: base", new: "name: base\npricing: {requests_per_month: many}", want: "is not a whole number: write it as 5, 500k, 10M or 1e9"},
	{name: "half a request", old: "name: base", new: "name: base\npricing: {requests_per_month: 0.5}", want: "is not a whole number"},
	{name: "pricing without a bill", old: "name: base", new: "name: base\npricing: {region: us-east-1}"},
	{name: "a month of no bill", old: "name: base", new: "name: base\npricing: {hours_per_month: 720}", want: `pricing: hours_per_month is about a bill: it needs "requests_per_month"`},
	{name: "prices of a region that is none", old: "name: base", new: "name: base\npricing: {region: us-east-9, requests_per_month: 1M}", want: `pricing.region: "us-east-9" is not a region that this program knows; did you mean "us-east-1"?`},
	{name: "prices of GovCloud", old: "name: base", new: "name: base\npricing: {region: us-gov-west-1, requests_per_month: 1M}"},
	{name: "prices of the sovereign cloud", old: "name: base", new: "name: base\npricing: {region: eusc-de-east-1, requests_per_month: 1M}"},
	{name: "stated rates", old: "name: base", new: "name: base\npricing: {rates: {apigateway.rest.requests: 0.0000037, lambda.requests: '${env:KEY}'}}", want: `pricing.rates.lambda.requests: "${env:KEY}" is not an amount of US dollars`, deeper: true},
	{name: "stated rates alone", old: "name: base", new: "name: base\npricing: {rates: {apigateway.rest.requests: 0.0000037, lambda.requests: '0.0000002', transfer.out: 0}}"},
	{name: "a stated rate of nothing", old: "name: base", new: "name: base\npricing: {rates: {lambda.request: 0.1}}", want: `pricing.rates: nothing is billed as "lambda.request"; did you mean "lambda.requests"?`},
	{name: "a stated rate below zero", old: "name: base", new: "name: base\npricing: {rates: {lambda.requests: -0.1}}", want: "is not an amount of US dollars for one unit"},
	{name: "no stated rates", old: "name: base", new: "name: base\npricing: {rates: {}}", want: "pricing.rates: needs a mapping"},
	{name: "a share above one", old: "name: base", new: "name: base\npricing: {requests_per_month: 1M, cold_share: 2}", want: "is not a share"},
	{name: "requires", old: "name: base", new: "name: base\nrequires: [api-keys, caching]"},
	{name: "an unknown feature", old: "name: base", new: "name: base\nrequires: [api-key]", want: `unknown feature "api-key"; did you mean "api-keys"?`},
	{name: "a feature twice", old: "name: base", new: "name: base\nrequires: [waf, waf]", want: `"waf" is listed twice`},
	{name: "an engine", old: "name: base", new: "name: base\nengine: {use: vegeta, connections: 64, max_connections: 100, max_in_flight: 1000, late: skip}"},
	{name: "limits on connections", old: "name: base", new: "name: base\nengine: {requests_per_connection: 100, connection_age: 1m, dns_refresh: 30s}"},
	{name: "a connection for less than no request", old: "name: base", new: "name: base\nengine: {requests_per_connection: -1}", want: "engine.requests_per_connection: \"-1\" is out of bounds: from 0"},
	{name: "an age without a unit", old: "name: base", new: "name: base\nengine: {connection_age: 60}", want: "engine.connection_age: \"60\" has no unit"},
	{name: "an age that no connection reaches", old: "name: base", new: "name: base\nengine: {connection_age: 1ms}", want: "is out of bounds: from 10ms", deeper: true},
	{name: "a storm on the name server", old: "name: base", new: "name: base\nengine: {dns_refresh: 10ms}", want: "engine.dns_refresh: \"10ms\" is out of bounds: from 1s", deeper: true},
	{name: "engines of targets", old: "name: base", new: "name: base\nengine: {use: wire, targets: {rest: vegeta}}"},
	{name: "the engine of no target", old: "name: base", new: "name: base\nengine: {targets: {absent: vegeta}}", want: `engine.targets.absent: the scenario has no target "absent"`, deeper: true},
	{name: "an unknown engine of a target", old: "name: base", new: "name: base\nengine: {targets: {rest: wrk}}", want: `engine.targets.rest: "wrk" is not one of wire or vegeta`},
	{name: "an unknown engine", old: "name: base", new: "name: base\nengine: {use: wrk}", want: `engine.use: "wrk" is not one of wire or vegeta`},
	{name: "more connections than are allowed", old: "name: base", new: "name: base\nengine: {connections: 10, max_connections: 5}", want: "10 connections to open first are more than max_connections, 5", deeper: true},
	{name: "blocks and seed", old: "name: base", new: "name: base\nblocks: 3\nseed: 42"},
	{name: "no blocks", old: "name: base", new: "name: base\nblocks: 0", want: "blocks: \"0\" is out of bounds"},
	{name: "a seed that is none", old: "name: base", new: "name: base\nseed: lucky", want: `seed: "lucky" is not a whole number`},
	{name: "a lab", old: "name: base", new: "name: base\nlab: {seed: 7, usage_plan: {rate: 1000/s, burst: 2000}, cache_ttl: 5m, metric_delay: 1m, function: {duration: {median: 8ms, sigma: 0.3}, init: 180ms, idle: 6m}}"},
	{name: "a lab's function in its earlier keys", old: "name: base", new: "name: base\nlab: {function: {median: 8ms, sigma: 0.3, init: 180ms, idle_expiry: 6m}}"},
	{name: "a lab's function with both", old: "name: base", new: "name: base\nlab: {function: {duration: {median: 8ms}, median: 8ms}}", want: `lab.function: unknown key "median"`, deeper: true},
	{name: "a lab's usage plan without its burst", old: "name: base", new: "name: base\nlab: {usage_plan: {rate: 1000/s}}", want: `lab.usage_plan: needs "burst"`},
	{name: "a lab's sigma below zero", old: "name: base", new: "name: base\nlab: {function: {duration: {sigma: -1}}}", want: `lab.function.duration.sigma: "-1" is out of bounds: from 0 to 5`},
	// YAML.
	{name: "an anchor and its alias", old: "  lab-alb: {kind: alb, url: lab}", new: "  lab-alb: &door {kind: alb, url: lab}\n  other: *door"},
	{name: "a merge", old: "  lab-alb: {kind: alb, url: lab}", new: "  lab-alb: &door {kind: alb, url: lab}\n  other: {<<: *door, kind: http-api}"},
	{name: "an alias of nothing", old: "{kind: alb, url: lab}", new: "*door", want: "this *door", deeper: true},
	{name: "a tag", old: "name: base", new: "name: !secret base", want: "remove the tag !secret", deeper: true},
	{name: "a second document", old: "name: base", new: "name: first\n---\nname: base", want: "second document", deeper: true},
	{name: "a value as a key", old: "name: base", new: "? name\n: base", want: "keys are plain names", deeper: true},
	// References.
	{name: "a reference", old: "name: base", new: "name: ${env:NAME}"},
	{name: "a number by reference", old: "weight: 1}", new: `weight: "${env:THREE}"}`},
	{name: "a time by reference", old: "for: 30s", new: `for: "${env:THREE}s"`},
	{name: "a variable that is not set", old: "name: base", new: "name: ${env:NOT_SET}", want: "x.yaml:1:7: the environment variable NOT_SET is not set", deeper: true},
	{name: "a reference of another sort", old: "name: base", new: "name: ${NAME}", want: "${NAME} is not a reference: write ${env:NAME}"},
	{name: "a reference without an end", old: "name: base", new: `name: "${env:NAME"`, want: "has no end"},
	{name: "no reference at all", old: "json: {features: [5.1]}", new: `body: "$${env:NAME}"`},
}

// environment is what the rows may refer to.
var environment = env("KEY", "hunter2", "NAME", "named", "THREE", "3")
