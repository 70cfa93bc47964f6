package scenarios

import (
	"strings"
	"testing"
)

const overridden = `name: a
targets: {api: {kind: origin, url: "${env:URL}"}}
requests: [{name: get, path: /}] # a comment
load: [{constant: {rate: 5/s, for: 10s}}]
`

func TestValuesOfAFileAreReplacedForOneRun(t *testing.T) {
	several := strings.Replace(overridden, "load: [", "load: [{ramp: {from: 1/s, to: 2/s, for: 3s}}, ", 1)
	ramp := strings.Replace(overridden, "constant: {rate: 5/s", "ramp: {from: 1/s, to: 2/s", 1)
	closed := strings.Replace(overridden, "constant: {rate: 5/s", "closed: {users: 5", 1)
	for _, row := range []struct {
		name, file string
		o          Overrides
		want       string // in the effective scenario
		wrong      string
	}{
		{"nothing", overridden, Overrides{}, "# a comment", ""},
		{"the rate", overridden, Overrides{Rate: "50/s"}, "constant: {rate: 50/s, for: 10s}", ""},
		{"rate and length", overridden, Overrides{Rate: "50/s", For: "1m"}, "constant: {rate: 50/s, for: 1m}", ""},
		{"the users", closed, Overrides{Users: "64"}, "closed: {users: 64, for: 10s}", ""},
		{"the length of a ramp", ramp, Overrides{For: "1m"}, "ramp: {from: 1/s, to: 2/s, for: 1m}", ""},
		{"the rate of a stage with a name", strings.Replace(overridden, "{constant", "{name: base, constant", 1), Overrides{Rate: "50/s"}, "- {name: base, constant: {rate: 50/s, for: 10s}}", ""},
		{"a value of a stage by its name", strings.Replace(overridden, "{constant", "{name: base, constant", 1), Overrides{Set: []string{"load.base.constant.for=1m"}}, "constant: {rate: 5/s, for: 1m}", ""},
		{"the version of HTTP", overridden, Overrides{HTTP: "1.1"}, "engine: {http: 1.1}", ""},
		{"a version of HTTP that does not exist", overridden, Overrides{HTTP: "3"}, "", `--http: "3" is not one of auto, 1.1 or 2`},
		{"any value", overridden, Overrides{Set: []string{"requests.get.expect.status=404", "seed=7"}}, "seed: 7", ""},
		{"a reference stays one", overridden, Overrides{Rate: "50/s"}, `url: "${env:URL}"`, ""},
		{"a value that repairs the file", strings.Replace(overridden, "URL", "NOT_SET", 1), Overrides{Set: []string{"targets.api.url=http://localhost:1"}}, "http://localhost:1", ""},

		{"the rate of a ramp", ramp, Overrides{Rate: "50/s"}, "", "--rate 50/s: a ramp stage has no rate: write --set load[0].ramp.from=… --set load[0].ramp.to=50/s"},
		{"the rate of users", closed, Overrides{Rate: "50/s"}, "", "a closed stage has no rate: write --set 'load=[{constant: {rate: 50/s, for: 30s}}]'"},
		{"users in place of a rate, for a time", overridden, Overrides{Users: "5", For: "2s"}, "", "write --set 'load=[{closed: {users: 5, for: 2s}}]'"},
		{"users in place of a rate", overridden, Overrides{Users: "5"}, "", "a constant stage has no users: write --set 'load=[{closed: {users: 5, for: 30s}}]'"},
		{"one length for several stages", several, Overrides{For: "1m"}, "", "--for 1m: the scenario has 2 stages: name the values to replace: --set load[0].ramp.for=1m --set load[1].constant.for=1m"},
		{"the rate of probes", "name: a\n", Overrides{Rate: "1/s"}, "", "the scenario has no load"},
		{"a misspelt key", overridden, Overrides{Set: []string{"load[0].constant.rat=1/s"}}, "", `with --set load[0].constant.rat: load[0].constant: unknown key "rat"; did you mean "rate"?`},
		{"a misspelt section", overridden, Overrides{Set: []string{"engin.connections=1"}}, "", `unknown key "engin"; did you mean "engine"?`},
		{"a misspelt way", overridden, Overrides{Set: []string{"targets.ap.url=lab"}}, "", `--set targets.ap.url: targets has no key "ap"; did you mean "api"?`},
		{"no value", overridden, Overrides{Set: []string{"seed"}}, "", "--set seed: write path=value"},
		{"a value out of bounds", overridden, Overrides{Rate: "0/s"}, "", "with --rate 0/s: load[0].constant.rate: "},
		{"a secret", overridden, Overrides{Set: []string{"targets.api.auth.api_key=hunter2"}}, "", "with --set targets.api.auth.api_key: targets.api.auth.api_key: a secret does not belong in a file"},
		{"what is wrong with the file itself", overridden + "sed: 1\n", Overrides{Rate: "50/s"}, "", `a.yaml:5:1: unknown key "sed"; did you mean "seed"?`},
		{"a file that is no YAML", "name: [", Overrides{Rate: "50/s"}, "", "a.yaml:1:"},
	} {
		t.Run(row.name, func(t *testing.T) {
			env := func(name string) (string, bool) { return "http://localhost:8000", name == "URL" }
			s, err := ParseOverridden("a.yaml", []byte(row.file), row.o, env)
			if row.wrong != "" {
				if err == nil || !strings.Contains(err.Error(), row.wrong) || strings.Contains(err.Error(), "hunter2") {
					t.Errorf("error %v, want %q", err, row.wrong)
				}
				return
			}
			if err != nil || !strings.Contains(string(s.Source), row.want) {
				t.Fatalf("%v, want %q", err, row.want)
			}
			if len(s.Overridden) == 0 != row.o.IsZero() {
				t.Errorf("overridden by %q", s.Overridden)
			}
			again, err := Parse("a.yaml", s.Source, env)
			if err != nil || len(again.Stages) != 1 || again.Stages[0] != s.Stages[0] || again.Seed != s.Seed {
				t.Errorf("the effective scenario is another: %v", err)
			}
		})
	}
}
