package doctor

import (
	"slices"
	"strings"

	"tollgate/scenarios/probes/probe"
	"tollgate/targets"
	"tollgate/targets/aws"
)

// Each function here says which permissions of one sort a target needs, where its run asks for
// them: see package results/observe for metrics and names, and scenarios/session for logs, and
// what probes read.

func metricsOf(_ *Exam, t *targets.Target) (all []wanted) {
	for w := range t.Watched("") {
		if at := aws.EndpointOf(*t).In(w.Region); !slices.ContainsFunc(all, func(one wanted) bool { return one.at == at }) {
			all = append(all, wanted{at: at})
		}
	}
	return all
}

// roleOf: what is read of a target's account is read by the role that the target names.
func roleOf(_ *Exam, t *targets.Target) []wanted {
	at := aws.EndpointOf(*t)
	if at.Role == "" || !observed(t) {
		return nil
	}
	return []wanted{{at: at, resource: arn{whole: at.Role}}}
}

// namesOf: the names of the lab are its own, and are not looked up.
func namesOf(x *Exam, t *targets.Target) []wanted {
	if t.Lab {
		return nil
	}
	return metricsOf(x, t)
}

func observed(t *targets.Target) bool { return len(metricsOf(nil, t)) > 0 }

// function is what is behind a target, if its name is known and its log is read.
func function(t *targets.Target) (name string, read bool) {
	name, _ = t.Function.Parts()
	return name, name != "" && observed(t)
}

func ofLambda(t *targets.Target) arn {
	name, qualifier := t.Function.Parts()
	if qualifier != "" {
		name += ":" + qualifier
	}
	return arn{service: "lambda", region: region(t), resource: "function:" + name}
}

func functionsOf(_ *Exam, t *targets.Target) []wanted {
	if _, read := function(t); !read {
		return nil
	}
	return []wanted{{at: aws.EndpointOf(*t), resource: ofLambda(t)}}
}

// logsOf names the log group that is found in the function's configuration, or is the usual one.
func logsOf(x *Exam, t *targets.Target) []wanted {
	name, read := function(t)
	if !read {
		return nil
	}
	at := aws.EndpointOf(*t)
	return []wanted{{at: at, resource: arn{service: "logs", region: region(t), resource: "log-group:" + x.logGroup(at, t, name) + ":*"}}}
}

func resultsOf(_ *Exam, t *targets.Target) []wanted {
	if _, read := function(t); !read {
		return nil
	}
	return []wanted{{at: aws.EndpointOf(*t)}}
}

// probed wants something of a target of which a probe wants it.
func (x *Exam) probed(t *targets.Target, asks func(probe.Question) bool, w wanted) []wanted {
	if !slices.ContainsFunc(x.asked(t), asks) {
		return nil
	}
	w.at = aws.EndpointOf(*t)
	return []wanted{w}
}

func tracesOf(x *Exam, t *targets.Target) []wanted {
	return x.probed(t, func(q probe.Question) bool { return q.Wants.Log && t.Function.Name != "" }, wanted{})
}

func summariesOf(x *Exam, t *targets.Target) []wanted {
	return x.probed(t, func(q probe.Question) bool { return q.Wants.Log && q.Wants.Traces && t.Function.Name != "" }, wanted{})
}

func renewalsOf(x *Exam, t *targets.Target) []wanted {
	return x.probed(t, func(q probe.Question) bool { return q.Renews.Times > 0 }, wanted{resource: ofLambda(t)})
}

func flushesOf(x *Exam, t *targets.Target) []wanted {
	return x.probed(t, func(q probe.Question) bool { return q.Flushes }, wanted{resource: ofGateway(t, "/restapis/"+apiID(t)+"/stages/"+t.Stage+"/cache/data")})
}

// ofGateway is a resource of API Gateway, a path. Source: API Gateway developer guide, "ARN
// reference".
func ofGateway(t *targets.Target, path string) arn {
	return arn{service: "apigateway", region: region(t), resource: path, unowned: true}
}

// apiID is the id of a target's API, "*" where only its name is known.
func apiID(t *targets.Target) string {
	if id := aws.HostID(*t); id != "" {
		return id
	}
	return "*"
}

func apiOf(_ *Exam, t *targets.Target) []wanted {
	if t.Lab || !t.Kind.APIByName || aws.HostID(*t) == "" {
		return nil
	}
	return []wanted{{at: aws.EndpointOf(*t), resource: ofGateway(t, "/restapis/"+aws.HostID(*t))}}
}

func balancerOf(_ *Exam, t *targets.Target) []wanted {
	if t.Lab || t.Balancer == "" {
		return nil
	}
	return []wanted{{at: aws.EndpointOf(*t)}}
}

func apisOf(_ *Exam, t *targets.Target) []wanted {
	if t.Lab || !t.Kind.APIByName || t.API == "" {
		return nil
	}
	return []wanted{{at: aws.EndpointOf(*t), resource: ofGateway(t, "/restapis")}}
}

func throttleOf(_ *Exam, t *targets.Target) []wanted {
	if !t.Kind.AccountThrottle {
		return nil
	}
	return []wanted{{at: aws.EndpointOf(*t), resource: ofGateway(t, "/account")}}
}

// staged says whether a target's stage can be found.
func staged(t *targets.Target) bool {
	return t.Kind.UsagePlans && t.Stage != "" && (t.API != "" || aws.HostID(*t) != "")
}

func plansOf(_ *Exam, t *targets.Target) []wanted {
	if !staged(t) {
		return nil
	}
	return []wanted{{at: aws.EndpointOf(*t), resource: ofGateway(t, "/usageplans")}}
}

func stageOf(_ *Exam, t *targets.Target) []wanted {
	if !staged(t) {
		return nil
	}
	all := []wanted{{at: aws.EndpointOf(*t), resource: ofGateway(t, "/restapis/"+apiID(t)+"/stages/"+t.Stage)}}
	if aws.HostID(*t) == "" { // the id is found by the name
		all = append(all, wanted{at: aws.EndpointOf(*t), resource: ofGateway(t, "/restapis")})
	}
	return all
}

// routesOf: the throttles of a stage of the second version are in the list of its API's stages.
func routesOf(_ *Exam, t *targets.Target) []wanted {
	id := aws.SecondID(*t)
	if id == "" || t.Lab {
		return nil
	}
	return []wanted{{at: aws.EndpointOf(*t), resource: ofGateway(t, "/apis/"+id+"/stages")}}
}

func concurrencyOf(_ *Exam, t *targets.Target) []wanted {
	if !t.Door().HasFunction() || t.Kind.Shares {
		return nil
	}
	return []wanted{{at: aws.EndpointOf(*t)}}
}

// stored are secrets of one sort that requests to a target, or all of them, carry.
func (x *Exam) stored(t *targets.Target, of func(targets.Stored) (string, arn)) (all []wanted) {
	for at := range x.keptFor(t) {
		name, resource := of(at)
		if name == "" {
			continue
		}
		e := aws.StoredAt(aws.EndpointOf(*t), at)
		resource.region = e.Region
		if strings.HasPrefix(name, "arn:") {
			resource = arn{whole: name}
		}
		all = append(all, wanted{at: e, resource: resource, kept: at})
	}
	return all
}

// keptFor are the secrets that AWS keeps which requests to a target need.
func (x *Exam) keptFor(t *targets.Target) map[targets.Stored]bool {
	all := map[targets.Stored]bool{}
	for _, proof := range x.Plan.Proofs(t.Name) {
		for _, at := range proof.Stored() {
			all[at] = true
		}
	}
	return all
}

// secretsOf: the ARN of a secret ends in six characters that its name lacks. Source: Secrets
// Manager user guide, "Permissions policy examples".
func secretsOf(x *Exam, t *targets.Target) []wanted {
	return x.stored(t, func(at targets.Stored) (string, arn) {
		return at.Secret, arn{service: "secretsmanager", resource: "secret:" + at.Secret + "-??????"}
	})
}

func parametersOf(x *Exam, t *targets.Target) []wanted {
	return x.stored(t, func(at targets.Stored) (string, arn) {
		return at.Parameter, arn{service: "ssm", resource: "parameter/" + strings.TrimPrefix(at.Parameter, "/")}
	})
}

func region(t *targets.Target) string { return aws.EndpointOf(*t).Region }

// invoked are the permissions that signed requests to a target need.
func (x *Exam) invoked(t *targets.Target) (all []wanted) {
	for r, proof := range x.Plan.Proofs(t.Name) {
		for _, p := range t.Kind.Invoke {
			if proof.IAM == nil {
				continue
			}
			at := aws.EndpointOf(*t)
			if !at.Lab {
				at.Profile, at.Role, at.ForRole = proof.IAM.Profile, "", ""
			}
			w := wanted{at: at, action: p.Action, condition: p.Condition}
			w.resource = arn{service: p.Service, region: region(t), resource: p.Resource(t.Invoked(r.Method, r.Path))}
			if !slices.ContainsFunc(all, func(o wanted) bool { return o.action == w.action && o.resource == w.resource }) {
				all = append(all, w)
			}
		}
	}
	return all
}
