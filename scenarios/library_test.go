package scenarios

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tollgate/pricing"
)

// env is an environment made of pairs.
func env(pairs ...string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		for i := 0; i+1 < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1], true
			}
		}
		return "", false
	}
}

// deployed is what real-api.yaml asks of the environment.
var deployed = env(
	"REST_URL", "https://abc123.execute-api.eu-central-1.amazonaws.com/prod",
	"FUNCTION_URL", "https://xyz.lambda-url.eu-central-1.on.aws",
	"API_KEY", "k",
)

func TestTheLibraryCanBePlannedWithoutAWarning(t *testing.T) {
	for _, name := range Library() {
		t.Run(name, func(t *testing.T) {
			s := found(t, name)
			if s.Name != name {
				t.Errorf("the scenario calls itself %q", s.Name)
			}
			if s.Notes != nil {
				t.Errorf("note: %v", s.Notes)
			}
			p := planOf(t, s)
			for _, w := range p.Warnings {
				if !strings.Contains(w.Error(), "closed loop") && !strings.HasSuffix(w.Error(), pricing.LambdaWeb.Experimental) {
					t.Errorf("warning: %v", w)
				}
			}
			if p.Duration() > 5*time.Minute {
				t.Errorf("takes %v", p.Duration())
			}
		})
	}
}

func found(t *testing.T, name string) *Scenario {
	t.Helper()
	file, data, err := Find(name)
	if err != nil {
		t.Fatal(err)
	}
	s, err := Parse(file, data, deployed)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestFrontDoorsTakesAMinute(t *testing.T) {
	p := planOf(t, found(t, "front-doors"))
	stage := p.Stages[0]
	if p.Duration() != time.Minute || p.Requests() != 30_000 || stage.Blocks != 10 || stage.Block != 1500*time.Millisecond {
		t.Errorf("%v, %d requests, %d blocks of %v; want a minute, 30000 and 10 of 1.5s", p.Duration(), p.Requests(), stage.Blocks, stage.Block)
	}
	if p.Scenario.Pricing.RequestsPerMonth != 10_000_000 || len(p.Scenario.Targets) != 4 {
		t.Errorf("%d targets and %d requests a month", len(p.Scenario.Targets), p.Scenario.Pricing.RequestsPerMonth)
	}
	predict := p.Scenario.Requests[1]
	if string(predict.Body) != `{"features":[5.1,3.5,1.4,0.2]}` || predict.Header.Get("Content-Type") != "application/json" {
		t.Errorf("predict sends %s as %s", predict.Body, predict.Header.Get("Content-Type"))
	}
}

func TestTheTemplateRunsAsItStands(t *testing.T) {
	s, err := Parse("scenario.yaml", Starter(), env())
	if err != nil {
		t.Fatal(err)
	}
	if p := planOf(t, s); len(p.Warnings) > 0 {
		t.Errorf("warnings: %v", p.Warnings)
	}
}

func TestFind(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "smoke.yaml")
	if err := os.WriteFile(file, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, data, err := Find(file); err != nil || string(data) != "mine" {
		t.Errorf("a path gave %q, %v", data, err)
	}
	if name, data, err := Find("smoke"); err != nil || name != "library/smoke.yaml" || len(data) < 100 {
		t.Errorf("a name of the library gave %q with %d bytes, %v", name, len(data), err)
	}
	for name, want := range map[string]string{
		"fornt-doors":                    `did you mean "front-doors"?`,
		filepath.Join(dir, "other.yaml"): "neither a file nor a scenario of the library",
		dir:                              "is a folder",
	} {
		if _, _, err := Find(name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Find(%q): %v, want %q", name, err, want)
		}
	}
	if !slices.IsSorted(Library()) || !slices.Contains(Library(), "front-doors") {
		t.Errorf("the library is %v", Library())
	}
}
