package targets

import (
	"maps"
	"regexp"
)

// Releases say by which header of a response the application behind a target names the
// release that answered. Front doors name none.
type Releases struct {
	Header string // "": releases are not distinguished
	Base   string // its value from the base; "": any that is not the canary's
	Canary string // its value from the canary
}

// What CloudWatch counts of a canary.
const (
	RoleCanary            Role = "canary_requests"    // of a REST API's canary release
	RoleCanaryInvocations Role = "canary_invocations" // of the version behind a weighted alias
	RoleCanaryErrors      Role = "canary_errors"
)

// CanaryStage is what CloudWatch calls a canary release of a stage. That it has metrics of
// its own is documented ("What's New", 28 November 2017); the name is as its log groups end,
// assumed.
func CanaryStage(stage string) string { return stage + "/Canary" }

var versionNumber = regexp.MustCompile(`^[1-9][0-9]*$`)

// releaseWatch are the metrics that tell a canary from its base: of a canary release, and of
// the versions behind an alias, where the header's values are their numbers.
// Source: Lambda developer guide, "Types of metrics for Lambda functions", ExecutedVersion.
func (t Target) releaseWatch() (all []Watch) {
	if t.Releases.Header == "" {
		return nil
	}
	if t.Kind.UsagePlans {
		for _, w := range t.Kind.Watch {
			if w.Role == RoleCount {
				named := w.Dimensions
				w.Role, w.Optional, w.Dimensions = RoleCanary, true, func(t Target) map[string]string {
					dims := maps.Clone(named(t))
					if dims != nil {
						dims["Stage"] = CanaryStage(t.Stage)
					}
					return dims
				}
				all = append(all, w)
			}
		}
	}
	name, alias := t.Function.Parts()
	if alias == "" || versionNumber.MatchString(alias) || !versionNumber.MatchString(t.Releases.Canary) {
		return all
	}
	versions := watch("AWS/Lambda", functionNeeds, func(t Target) map[string]string {
		return map[string]string{"FunctionName": name, "Resource": name + ":" + alias, "ExecutedVersion": t.Releases.Canary}
	}, count(RoleCanaryInvocations, "Invocations"), count(RoleCanaryErrors, "Errors"))
	for i := range versions {
		versions[i].Optional = true
	}
	return append(all, versions...)
}
