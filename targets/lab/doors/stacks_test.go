package doors

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAStackOfTheFileHasTheDoorsAsItsResources(t *testing.T) {
	file := filepath.Join(t.TempDir(), "template.yaml")
	if err := os.WriteFile(file, []byte("Resources: {}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	l := open(t, Config{
		Functions: map[string]Function{"app": {}},
		Doors:     []DoorConfig{{Kind: "rest-api", Name: "shop"}, {Kind: "alb", Name: "balancer"}},
		Stacks: map[string]Deployment{"dev": {
			Template: file, Parameters: map[string]string{"Memory": "512"},
			Resources: map[string]string{"Api": "shop", "App": "app", "Balancer": "balancer"}, Outputs: map[string]string{"ApiAddress": "shop"},
		}},
	})
	all := l.Stacks()
	if len(all) != 2 || all[0].Name != StackName || all[1].Name != "dev" || all[1].Template != "Resources: {}\n" || all[1].Parameters["Memory"] != "512" {
		t.Fatalf("%+v", all)
	}
	if all[1].Outputs["ApiAddress"] != l.Doors()[0].URL {
		t.Errorf("the outputs are %v", all[1].Outputs)
	}
	balancer := ""
	for _, b := range l.Balancers() {
		balancer = b.ARN()
	}
	types := ""
	for _, r := range all[1].Resources {
		types += r.LogicalID + "=" + r.PhysicalID + " " + r.Type + "\n"
	}
	for _, want := range []string{"Api=" + apiID("shop") + " AWS::ApiGateway::RestApi\n", "App=app AWS::Lambda::Function\n", "Balancer=" + balancer + " AWS::ElasticLoadBalancingV2::LoadBalancer\n"} {
		if !strings.Contains(types, want) {
			t.Errorf("no %q in\n%s", want, types)
		}
	}
}

func TestWhatIsWrongWithStacksIsSaid(t *testing.T) {
	c := Config{Doors: []DoorConfig{{Kind: "alb", Name: "balancer"}}, Stacks: map[string]Deployment{
		"lab": {Template: "t.yaml"}, "a b": {}, "dev": {Template: "gone.yaml", Resources: map[string]string{"A-B": "balancer", "C": "balance"}, Outputs: map[string]string{"D": "other"}},
	}}
	err := c.Validate()
	for _, want := range []string{
		"stacks[lab]: a stack's name is", "stacks[a b]: a stack's name is", "stacks[a b].template: missing", `stacks[dev].resources: "A-B" must be letters and digits`,
		`stacks[dev].resources.C: "balance" is none of the lab's; did you mean "balancer"?`, `stacks[dev].outputs.D: "other" is none of the lab's`,
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("no %q in %v", want, err)
		}
	}
	c.Stacks = map[string]Deployment{"dev": {Template: "gone.yaml"}}
	if _, err := Start(c); err == nil || !strings.Contains(err.Error(), "the lab's stack dev: gone.yaml: ") {
		t.Error(err)
	}
}
