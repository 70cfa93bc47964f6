package doors

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"tollgate/pricing/document"
)

// fileRows are lab files and what is wrong with them.
var fileRows = []struct {
	name, text string
	want       string // all problems, one a line; "" for none
	deeper     bool   // only the whole file tells, not its schema
}{
	{name: "nothing is all defaults", text: "{}\n"},
	{name: "who may do what at the AWS endpoint", text: "aws:\n  deny: [\"logs:*\"]\n  clock_ahead: 10m\n  policy: {Version: \"2012-10-17\", Statement: {Effect: Allow, Action: \"*\", Resource: \"*\"}}\n"},
	{name: "roles", text: "aws:\n  roles: {observer: {}, partner: {external_id: x-1}}\n"},
	{name: "an action without its service", text: "aws: {deny: [StartQuery]}\n", want: `lab.yaml:1:14: aws.deny[0]: "StartQuery" must be a service and an action, such as "logs:StartQuery" or "logs:*"`},
	{name: "a policy without a statement", text: "aws: {policy: {}}\n", want: `lab.yaml:1:7: aws.policy.Statement: a policy needs at least one`, deeper: true},
	{name: "a door with a plan", text: "doors:\n  - kind: rest-api\n    usage_plan: {rate: 100/s, burst: 50}\n"},
	{
		name: "keys with letters in disorder, at every depth",
		text: "sede: 3\ndoors:\n  - kind: rest-api\n    usage_plan:\n      rate: 1/s\n      brust: 2\n",
		want: `lab.yaml:1:1: unknown key "sede"; did you mean "seed"? (known are seed, `,
	},
	{
		name: "everything wrong at once, in the order of the file",
		text: "metric_delay: soon\nseed: many\ndoors:\n  - kind: alb\n    tls: 1\n    name: 7\n",
		want: `lab.yaml:1:15: metric_delay: "soon" is not a time: write it as 30s, 1m30s, 500ms or 2h
lab.yaml:2:7: seed: "many" is not a whole number: write it as 5, 500k, 10M or 1e9
lab.yaml:5:10: doors[0].tls: "1" is neither true nor false
lab.yaml:6:11: doors[0].name: needs a string; this is a whole number: put it into quotes`,
	},
	{
		name: "a number without a unit", text: "function: {timeout: 30}\n",
		want: `lab.yaml:1:21: function.timeout: "30" has no unit: write 30s, or 30ms`,
	},
	{name: "a key without a value", text: "doors:\nseed: 1\n", want: `lab.yaml:1:1: doors: is empty: give it a value, or remove it`},
	{name: "one value where a list is wanted", text: "doors: {kind: alb}\n", want: `lab.yaml:1:9: doors: needs a list; this is a mapping`},
	{name: "a text where a mapping is wanted", text: "doors: [alb]\n", want: `lab.yaml:1:9: doors[0]: needs a mapping with keys such as kind; this is a string`},
	{name: "a kind that is none", text: "doors:\n  - kind: rest\n", want: `lab.yaml:2:11: doors[0].kind: the lab has no "rest"`},
	{name: "a door without a kind", text: "doors:\n  - name: x\n", want: `lab.yaml:2:5: doors[0].kind: the lab has no ""`},
	{
		name: "values out of bounds, where they stand", text: "function:\n  concurrency: -1\n  duration: {median: 8ms, sigma: 9}\n",
		want: "lab.yaml:2:16: function.concurrency: -1 must be from 0 to 100000\nlab.yaml:3:34: function.duration.sigma: 9 must be from 0 to 3",
	},
	{
		name: "a list of faults that holds a wrong one", text: "faults:\n  - {fault: stall}\n  - {fault: latency}\n", deeper: true,
		want: `lab.yaml:3:6: faults[1].by: 0s must be from 1ns to 15m0s`,
	},
	{
		name: "two doors of one name", text: "doors:\n  - {kind: alb, name: a}\n  - {kind: origin, name: a}\n", deeper: true,
		want: `lab.yaml:3:26: doors[1].name: "a" is the name of doors[0] already`,
	},
	{
		name: "a port that is none", text: "doors:\n  - {kind: alb, listen: '127.0.0.1:99999'}\n", deeper: true,
		want: `lab.yaml:2:25: doors[0].listen: the port "99999" must be a number from 0, for any that is free, to 65535`,
	},
	{
		name: "one address for two", text: "listen: 127.0.0.1:9000\ndoors:\n  - {kind: alb, listen: '127.0.0.1:9000'}\n", deeper: true,
		want: `lab.yaml:3:25: doors[0].listen: 127.0.0.1:9000 is the address of listen already`,
	},
	{
		name: "what only another kind has", text: "doors:\n  - kind: alb\n    cache: {}\n", deeper: true,
		want: `lab.yaml:3:5: doors[0].cache: a door of kind alb has none; only rest-api has it: leave it out`,
	},
	{
		name: "a limit of a method that is no method", text: "doors:\n- kind: rest-api\n  usage_plan:\n    rate: 1/s\n    burst: 1\n    methods:\n      predict: {rate: 1/s, burst: 1}\n",
		want: `lab.yaml:6:5: doors[0].usage_plan.methods: "predict" must be like "/predict/POST"`,
	},
	{name: "a model that is a schema", text: "doors:\n- kind: rest-api\n  routes: [{path: /a, validate: {model: {type: object, maxProperties: 3}}}]\n"},
	{name: "a body of several lines", text: "doors:\n- kind: alb\n  rules:\n  - path: /gone\n    action:\n      type: fixed-response\n      body: |\n        gone\n"},
}

func TestALabFileSaysWhereItIsWrong(t *testing.T) {
	for _, r := range fileRows {
		t.Run(r.name, func(t *testing.T) {
			_, _, err := ParseConfig("lab.yaml", []byte(r.text))
			if (err == nil) != (r.want == "") {
				t.Fatalf("got %v", err)
			}
			for _, line := range strings.Split(r.want, "\n") {
				if err != nil && !strings.Contains(err.Error(), line) {
					t.Errorf("nothing says\n%s\nbut\n%v", line, err)
				}
			}
		})
	}
}

func TestOldKeysOfALabFileAreReadWithANote(t *testing.T) {
	const old = "account: {rate_per_s: 100, burst: 5}\nfunction: {memory_mb: 1024}\ndoors:\n- {kind: http-api, cors: {origins: ['*'], max_age_s: 300}}\nfaults: [{fault: foreign-traffic, rate_per_s: 0.5}]\n"
	const now = "account: {rate: 100/s, burst: 5}\nfunction: {memory: 1GB}\ndoors:\n- {kind: http-api, cors: {origins: ['*'], max_age: 5m}}\nfaults: [{fault: foreign-traffic, rate: 30/m}]\n"
	before, notes, err := ParseConfig("lab.yaml", []byte(old))
	if err != nil {
		t.Fatal(err)
	}
	want := `lab.yaml:1:11: account: rate_per_s is now called rate, and its numbers have a unit, such as 100/s
lab.yaml:2:12: function: memory_mb is now called memory, and its numbers have a unit, such as 1024MB
lab.yaml:4:43: doors[0].cors: max_age_s is now called max_age, and its numbers have a unit, such as 300s
lab.yaml:5:35: faults[0]: rate_per_s is now called rate, and its numbers have a unit, such as 0.5/s`
	if notes == nil || notes.Error() != want {
		t.Errorf("%v\nwant\n%s", notes, want)
	}
	if s := compiledSchema(t); marks(t, s, old) || marks(t, s, now) {
		t.Error("the schema marks one of them as wrong")
	}
	after, notes, err := ParseConfig("lab.yaml", []byte(now))
	if err != nil || notes != nil || !reflect.DeepEqual(before, after) {
		t.Errorf("%v, %v\n%+v\nwant\n%+v", err, notes, after, before)
	}
}

func TestEveryProblemOfALabFileHasItsPlace(t *testing.T) {
	_, _, err := ParseConfig("lab.yaml", []byte("listen: nowhere\ndoors: [{kind: x}, {kind: alb, stage: s}]\n"))
	var problem document.Problem
	for _, e := range err.(interface{ Unwrap() []error }).Unwrap() {
		if !errors.As(e, &problem) || problem.Line == 0 || problem.Column == 0 {
			t.Errorf("%v", e)
		}
	}
}

func TestSecretsOfALabFileAreNotRepeated(t *testing.T) {
	for _, text := range []string{
		"doors: [{kind: rest-api, usage_plan: {rate: 1/s, burst: 1, keys: hushhush}}]",
		"doors: [{kind: rest-api, usage_plan: {rate: 1/s, burst: 1, keys: [hushhush, hushhush]}}]",
		"doors: [{kind: rest-api, routes: [{path: /a, authorizer: {type: token, tokens: {hushhush: 5}}}]}]",
		"doors: [{kind: rest-api, routes: [{path: /a, authorizer: {type: token, tokens: {hushhush: allow, hushhush: deny}}}]}]",
		"doors: [{kind: function-url, authorizer: {type: iam, credentials: [hushhush]}}]",
		"doors: [{kind: function-url, authorizer: {type: iam, credentials: [{access_key_id: short, secret_access_key: [hushhush]}]}}]",
	} {
		if _, _, err := ParseConfig("lab.yaml", []byte(text)); err == nil || strings.Contains(err.Error(), "hushhush") {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestYAMLAndJSONAreTheSameFile(t *testing.T) {
	want := Config{Seed: 1 << 63, MetricDelay: Duration(90 * time.Second), Doors: []DoorConfig{{
		Kind: "http-api", TLS: true, FirstByte: 0, Overhead: &LogNormal{Duration(1500 * time.Microsecond), 0.25},
		CORS:   &CORS{Origins: []string{"*"}, MaxAge: 5},
		Routes: []Route{{Path: "/a/{b}", Integration: &Integration{Type: "http", URL: "http://127.0.0.1:1"}}},
	}}}
	for file, text := range map[string]string{
		"lab.yaml": "# a comment\nseed: 9223372036854775808\nmetric_delay: 1m30s\ndoors:\n- kind: http-api\n  tls: true\n  overhead: {median: 1.5ms, sigma: 2.5e-1}\n" +
			"  cors:\n    origins: ['*']\n    max_age: 5s\n  routes:\n  - path: /a/{b}\n    integration: {type: http, url: 'http://127.0.0.1:1'}\n",
		"lab.json": "{\n\t\"seed\": 9223372036854775808, \"metric_delay\": \"1m30s\",\n\t\"doors\": [{\"kind\": \"http-api\", \"tls\": true,\n\t\t\"overhead\":\t{\"median\": \"1.5ms\", \"sigma\": 0.25}," +
			"\"cors\":{\"origins\":[\"*\"],\"max_age\":\"5s\"},\"routes\":[{\"path\":\"\\/a\\u002f{b}\",\"integration\":{\"type\":\"http\",\"url\":\"http://127.0.0.1:1\"}}]}]\n}\n",
	} {
		got, _, err := ParseConfig(file, []byte(text))
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v\n%+v\nwant\n%+v", file, err, got, want)
		}
	}
}
