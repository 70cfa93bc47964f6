package scenarios

import (
	"strings"
	"testing"

	"tollgate/targets"
)

const deployedScenario = `
name: deployed
targets:
  shop:
    kind: rest-api
    url: https://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com/prod
    function: {name: "app:live", memory: 1GB, architecture: arm64}
    FUNCTIONS
    RELEASES
requests: [{name: REQUEST, path: /users}]
load: [{constant: {rate: 1/s, for: 1s}}]
thresholds: ["THRESHOLD"]
`

func TestFunctionsByRouteAndReleasesAreRead(t *testing.T) {
	text := strings.NewReplacer("FUNCTIONS", `functions: {"GET /users": {name: users}, "ANY /{proxy+}": {name: rest, memory: 256MB}}`,
		"RELEASES", `releases: {header: X-Version, base: 1, canary: "2"}`, "REQUEST", "all", "THRESHOLD", "shop/canary: p(50) < 1s").Replace(deployedScenario)
	s, err := Parse("deployed.yaml", []byte(text), env())
	if err != nil {
		t.Fatal(err)
	}
	shop := s.Targets[0]
	if r := shop.Releases; r != (targets.Releases{Header: "X-Version", Base: "1", Canary: "2"}) {
		t.Errorf("%+v", r)
	}
	_, users := shop.FunctionAt("GET", "/users")
	_, rest := shop.FunctionAt("GET", "/orders")
	if users.Name != "users" || users.MemoryMB != 1024 || users.Architecture != "arm64" || rest.Name != "rest" || rest.MemoryMB != 256 {
		t.Errorf("%+v, %+v", users, rest)
	}
}

func TestMistakesInReleasesAndFunctionsAreReported(t *testing.T) {
	const functions, releases = `functions: {"GET /users": {name: users}}`, `releases: {header: X-Version, canary: "2"}`
	for name, row := range map[string]struct{ functions, releases, request, threshold, want string }{
		"no route":                            {`functions: {"users": {name: users}}`, releases, "all", "p(50) < 1s", `"users" is not a route`},
		"no function":                         {`functions: {"GET /users": {memory: 256MB}}`, releases, "all", "p(50) < 1s", `needs the name of a function`},
		"no canary":                           {functions, `releases: {header: X-Version}`, "all", "p(50) < 1s", `needs "canary"`},
		"no header":                           {functions, `releases: {header: "X Version", canary: 2}`, "all", "p(50) < 1s", `is not the name of a header`},
		"releases alike":                      {functions, `releases: {header: X-Version, base: 2, canary: 2}`, "all", "p(50) < 1s", `is the value of the canary, too`},
		"a request called as a release":       {functions, releases, "canary", "p(50) < 1s", `"canary" is the name of a release in thresholds`},
		"a threshold about none of them":      {functions, releases, "all", "/blue: p(50) < 1s", `blue`},
		"releases that are not distinguished": {functions, "", "all", "/canary: p(50) < 1s", `canary`},
	} {
		text := strings.NewReplacer("FUNCTIONS", row.functions, "RELEASES", row.releases, "REQUEST", row.request, "THRESHOLD", row.threshold).Replace(deployedScenario)
		if _, err := Parse("deployed.yaml", []byte(text), env()); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: %v\nwant %s", name, err, row.want)
		}
	}
}
