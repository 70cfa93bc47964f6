package doctor

import (
	"context"
	"strings"

	"tollgate/targets"
	"tollgate/targets/aws"
	"tollgate/targets/cloudwatch"
)

// names looks up what CloudWatch calls the targets and their functions.
func (x *Exam) names(ctx context.Context, l *looking) {
	for i := range x.Targets {
		t := &x.Targets[i]
		switch {
		case t.Lab:
		case !t.Kind.OnAWS() || len(t.Watch()) == 0:
		case !isCounted(t):
			l.warn(t.Name, "the scenario does not say what CloudWatch calls it", "give it "+cloudwatch.NamedBy(t.Kind))
		}
		if !t.Lab && observed(t) {
			x.namesOf(ctx, l, t)
		}
	}
	if l.found == 0 {
		l.skip("names are looked up of targets at AWS")
	}
}

func (x *Exam) namesOf(ctx context.Context, l *looking, t *targets.Target) {
	for _, role := range []targets.Role{targets.RoleCount, targets.RoleMessages, targets.RoleInvocations} {
		for w, dims := range t.Watched(role) {
			if role == targets.RoleInvocations && t.Kind.CountsFunction {
				continue // it is counted as its function's
			}
			a := x.account(ctx, aws.EndpointOf(*t).In(w.Region))
			if a.err != nil {
				l.unknown(t.Name, "CloudWatch cannot be asked for "+cloudwatch.Spelled(dims), "mend what is said of the AWS account")
				continue
			}
			q := cloudwatch.Question{Namespace: w.Namespace, Metric: w.Metric, Stat: w.Stats[0], Dimensions: dims}
			found, err := x.lookUp(ctx, a, t, q)
			if err != nil {
				l.cannot(t.Name, named(q), err)
			} else {
				l.add(lookedUp(t, q, found))
			}
		}
	}
}

// lookUp says what is known of a name, and asks once.
func (x *Exam) lookUp(ctx context.Context, a *account, t *targets.Target, q cloudwatch.Question) (found cloudwatch.Lookup, err error) {
	key := name(a.at) + " " + named(q)
	if found, looked := x.lookups[key]; looked {
		return found, found.Err
	}
	err = a.ask(ctx, "cloudwatch", func(ctx context.Context) error {
		found = a.metrics.LookUp(ctx, *t, q)
		return found.Err
	})
	found.Err = err
	if x.lookups == nil {
		x.lookups = map[string]cloudwatch.Lookup{}
	}
	x.lookups[key] = found
	return found, err
}

func named(q cloudwatch.Question) string {
	return q.Namespace + " " + q.Metric + " of " + cloudwatch.Spelled(q.Dimensions)
}

// lookedUp is what is known of a name. It is wrong only where the account says so, or one comes
// near that is listed.
func lookedUp(t *targets.Target, q cloudwatch.Question, found cloudwatch.Lookup) Finding {
	f := Finding{About: t.Name, State: OK, Found: named(q)}
	switch {
	case found.Listed:
		f.Found += " is listed"
	case found.Wrong != "" && found.Certain:
		f.State, f.Found, f.Remedy = Problem, found.Wrong, "correct the target in the scenario"
		if before, after, cut := strings.Cut(found.Wrong, ": give the target "); cut {
			f.Found, f.Remedy = before, "give the target "+after
		}
	case found.Known:
		f.Found += " exists; CloudWatch has had no point of it in two weeks, as of what is new"
	case found.New:
		f.State, f.Found = Unknown, f.Found+" is not listed, nor any other: nothing of that sort has had a request in the last two weeks, or it is of another region or account"
		f.Remedy = "if it is new, send it a request, and ask again in a quarter of an hour"
	case found.Wrong != "":
		f.State, f.Found, f.Remedy = Warning, found.Wrong, "correct the target in the scenario, if it has had requests in the last two weeks"
	default:
		f.State, f.Found = Unknown, f.Found+" is not listed, as what had no point in two weeks"
		f.Remedy = "send it a request, and ask again in a quarter of an hour"
	}
	return f
}

// logs says whether the log groups exist in which cold starts are counted.
func (x *Exam) logs(ctx context.Context, l *looking) {
	seen := map[string]bool{}
	for i := range x.Targets {
		t := &x.Targets[i]
		name, read := function(t)
		if !read {
			continue
		}
		at := aws.EndpointOf(*t)
		group := x.logGroup(at, t, name)
		if key := at.String() + group; seen[key] {
			continue
		} else {
			seen[key] = true
		}
		a := x.account(ctx, at)
		if a.err != nil {
			l.unknown(t.Name, group+": CloudWatch Logs cannot be asked", "mend what is said of the AWS account")
			continue
		}
		err := a.ask(ctx, "logs", func(ctx context.Context) error {
			_, err := a.service.TryQuery(ctx, *t)
			return err
		})
		x.logGroupFound(l, t, group, err)
	}
	if l.found == 0 {
		l.skip("no function is named whose cold starts would be counted")
	}
}
