package doctor

import (
	"context"
	"errors"
	"slices"
	"strings"

	"tollgate/targets/aws"
	"tollgate/targets/policy"
)

func (x *Exam) permissions(ctx context.Context, l *looking) {
	x.findGroups(ctx)
	shut := map[aws.Endpoint]bool{}
	var missing []string // one may keep several others from being tried
	for _, u := range x.uses(ctx) {
		a := x.account(ctx, u.at)
		if a.err != nil {
			if !shut[u.at] {
				l.unknown(name(u.at), "no permission can be tried there", "mend what is said of the AWS account")
			}
			shut[u.at] = true
			continue
		}
		f := x.permission(ctx, a, u)
		key := strings.Join([]string{name(u.at), f.Action, f.Resource}, " ")
		if service, _, _ := strings.Cut(u.action, ":"); a.unreached[service] != nil && u.try != nil {
			key = service // which the first finding says
		}
		if f.State == OK {
			l.add(f)
		} else if !slices.Contains(missing, key) {
			missing = append(missing, key)
			l.add(f)
		}
	}
	if l.found == 0 {
		l.skip("this scenario asks nothing of AWS")
	}
}

// permission tries one.
func (x *Exam) permission(ctx context.Context, a *account, u *use) Finding {
	resource := u.arnText(a.caller)
	f := Finding{About: strings.Join(u.targets, ", "), State: OK, Action: u.action, Resource: resource, Found: u.action + on(resource) + " is allowed", to: u.To}
	if u.try == nil {
		f.State, f.Found = Unknown, u.action+on(resource)+": not tried, since that would do it"
		f.Remedy = "the policy that --policy prints allows it"
		switch {
		case u.To != Sending:
		case x.tries(u.targets):
			f.Found, f.Remedy = u.action+on(resource)+": the trial requests below show it", ""
		default:
			f.Found = u.action + on(resource) + ": not tried, since no trial request is sent"
			f.Remedy = "have one sent: without --no-trial, or with --trial all where requests may change data"
		}
		return f
	}
	service, _, _ := strings.Cut(u.action, ":")
	err := a.ask(ctx, service, func(ctx context.Context) error { return u.try(ctx, a, u) })
	denial, denied := aws.Denied(err, u.action)
	switch {
	case err == nil:
	case errors.Is(err, errNotTried):
		f.State, f.Found = Unknown, u.action+on(resource)+": "+errNotTried.Error()
		if _, denied := aws.Denied(err, ""); denied {
			f.Remedy = "allow logs:StartQuery first"
		}
	case !denied:
		f.State, f.Found, f.Remedy = Unknown, u.action+on(resource)+": "+first(err), rest(err)
		if u.Lacks == "" && u.To == Secrets {
			f.State = Problem
		}
	default:
		f.State, f.Action = Problem, denial.Action
		if denial.Resource != "" && !policy.MatchesResource(resource, denial.Resource) {
			f.Resource = denial.Resource // of another question, which came first
		}
		f.Found = f.Action + on(f.Resource) + " is not allowed"
		f.Remedy = "allow it (tollgate doctor --policy prints a policy)"
		if u.Lacks != "" {
			f.State, f.Found = Warning, f.Found+": "+u.Lacks
		}
		if denial.Explicit {
			f.Remedy = "a policy denies it explicitly: use other credentials, or change that policy"
		}
	}
	return f
}

// tries says whether a trial request goes to each of some targets.
func (x *Exam) tries(to []string) bool {
	tried := map[string]bool{}
	for _, t := range x.Plan.Trials {
		tried[x.Scenario.Targets[t.Target].Name] = x.Try != nil
	}
	return !slices.ContainsFunc(to, func(name string) bool { return !tried[name] })
}

func on(resource string) string {
	if resource == "*" {
		return ""
	}
	return " on " + resource
}
