package scenarios

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"tollgate/pricing/document"
	"tollgate/targets"
)

// LabAPIs are how the lab deploys the APIs of single targets, by the targets' names. Targets
// at the lab that have the same api are stages of one API there, as at AWS.
type LabAPIs map[string]LabAPI

// LabAPI is how the lab deploys the stage of one target.
type LabAPI struct {
	Function  string            `json:"function"`         // of the list functions, in place of one of its own: "users:live", with stage variables
	Variables map[string]string `json:"variables"`        // of the stage
	Canary    LabCanary         `json:"canary"`           // zero: none
	Domain    string            `json:"domain"`           // a custom domain name, with a path or without, by which requests come: "api.example.com/v1"
	Detailed  bool              `json:"detailed_metrics"` // of each route
}

// LabCanary is a canary release of a REST API's stage.
type LabCanary struct {
	Share     float64           `json:"share" doc:"need;unit=share"`
	Variables map[string]string `json:"variables" doc:"need"` // in place of the stage's
	UseCache  bool              `json:"use_cache"`
}

// LabFunctions are Lambda functions of the lab, by their names.
type LabFunctions map[string]LabNamedFunction

// LabNamedFunction is a modelled function with versions and aliases. What it leaves out is
// as the lab's function has it.
type LabNamedFunction struct {
	LabVersion
	Versions map[string]LabVersion `json:"versions"`
	Aliases  map[string]LabAlias   `json:"aliases"`
}

// LabVersion is a version of a function. What it leaves out is as the function has it.
type LabVersion struct {
	Duration LabDuration       `json:"duration"`
	Init     time.Duration     `json:"init" doc:"min=1us;max=1m"` // median of a cold start
	Thrown   float64           `json:"thrown" doc:"unit=share"`   // share of invocations that fail
	Headers  map[string]string `json:"headers"`                   // that its responses have
}

// LabAlias points to a version, or shares invocations between two by weight.
type LabAlias struct {
	Version string  `json:"version" doc:"need"`
	Second  string  `json:"second_version"`
	Weight  float64 `json:"second_weight" doc:"unit=share"`
}

// apisOfTargets reports settings of APIs that no target at the lab is, and functions that
// do not exist.
func apisOfTargets(v document.Value, s *Scenario) {
	var able []string
	for _, t := range s.Targets {
		if t.Lab && t.Kind.HasStages() {
			able = append(able, t.Name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.Lab.APIs)) {
		a, at := s.Lab.APIs[name], "apis."+name
		i := slices.IndexFunc(s.Targets, func(t targets.Target) bool { return t.Name == name })
		if !slices.Contains(able, name) {
			v.Problem("apis: %q is no target at the lab that is an API%s", name, document.DidYouMean(name, able))
			continue
		}
		if a.Canary.Share > 0 && !s.Targets[i].Kind.UsagePlans {
			v.Problem("%s.canary: only REST APIs have canary releases; of an HTTP API, a weighted alias of the function shares requests", at)
		}
		if of, _, _ := strings.Cut(a.Function, ":"); of != "" && !strings.Contains(of, "$") {
			if _, known := s.Lab.Functions[of]; !known {
				v.Problem("%s.function: %q is not in the list functions%s", at, of, document.DidYouMean(of, slices.Sorted(maps.Keys(s.Lab.Functions))))
			}
		}
		if a.Domain != "" && !labDomain.MatchString(a.Domain) {
			v.Problem("%s.domain: %q is not a domain name with or without a path, such as api.example.com/v1", at, a.Domain)
		}
	}
}

// labDomain matches a domain name in small letters, and the path of a mapping behind it.
var labDomain = regexp.MustCompile(`^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:/[A-Za-z0-9$_.+!*'()-]+)*$`)
