package doctor

import (
	"context"
	"errors"
	"slices"
	"strings"

	"tollgate/targets"
	"tollgate/targets/aws"
)

// A use is a permission that the scenario needs, once for all targets that need it.
type use struct {
	*Need
	action    string
	at        aws.Endpoint
	resource  arn
	condition map[string]map[string]string
	kept      targets.Stored
	target    targets.Target // the first that needs it
	targets   []string
}

// uses are the permissions that the scenario needs, in the order of the table.
func (x *Exam) uses(ctx context.Context) (all []*use) {
	for _, n := range Needs() {
		for i := range x.Targets {
			t := &x.Targets[i]
			var wants []wanted
			switch {
			case n.wants != nil:
				wants = n.wants(x, t)
			case n.To == Sending:
				wants = slices.DeleteFunc(x.invoked(t), func(w wanted) bool { return w.action != n.Action })
			}
			for _, w := range wants {
				all = merged(all, n, w, t)
			}
		}
	}
	return all
}

// merged adds a permission, unless it is among all already.
func merged(all []*use, n Need, w wanted, t *targets.Target) []*use {
	for _, u := range all {
		if u.Action == n.Action && u.at == w.at && u.resource == w.resource {
			if !slices.Contains(u.targets, t.Name) {
				u.targets = append(u.targets, t.Name)
			}
			return all
		}
	}
	return append(all, &use{Need: &n, action: n.Action, at: w.at, resource: w.resource, condition: w.condition, kept: w.kept, target: *t, targets: []string{t.Name}})
}

// arnText is the resource as policies name it; "*" for an action that knows none. What is not
// known of who asks is a wildcard.
func (u *use) arnText(c aws.Caller) string {
	r := u.resource
	switch {
	case r.whole != "":
		return r.whole
	case r.service == "":
		return "*"
	}
	number := c.Account
	switch {
	case r.unowned:
		number = ""
	case number == "":
		number = "*"
	}
	where := r.region
	if where == "" {
		where = c.Region
	}
	if where == "" {
		where = "*"
	}
	return strings.Join([]string{"arn", c.Partition(), r.service, where, number, r.resource}, ":")
}

// logGroup is where a target's function logs: what its configuration says, where that was read.
func (x *Exam) logGroup(at aws.Endpoint, t *targets.Target, function string) string {
	if group := x.groups[at.String()+" "+t.Function.Name]; group != "" {
		return group
	}
	return "/aws/lambda/" + function
}

// findGroups asks where functions log, for policies that name log groups.
func (x *Exam) findGroups(ctx context.Context) {
	x.groups = map[string]string{}
	for i := range x.Targets {
		t := &x.Targets[i]
		if _, read := function(t); !read {
			continue
		}
		at := aws.EndpointOf(*t)
		a := x.account(ctx, at)
		if a.err != nil {
			continue
		}
		key := at.String() + " " + t.Function.Name
		if _, asked := x.groups[key]; asked {
			continue
		}
		x.groups[key] = ""
		_ = a.ask(ctx, "lambda", func(ctx context.Context) error { // the check of permissions says why not
			group, assumed, err := a.service.LogGroup(ctx, *t)
			if err == nil && !assumed {
				x.groups[key] = group
			}
			return err
		})
	}
}

func tryQuery(ctx context.Context, a *account, u *use) error {
	_, err := a.service.TryQuery(ctx, u.target)
	if errors.Is(err, aws.ErrNoLogGroup) {
		return nil // the check of log groups says so
	}
	return err
}

// tryResults needs a query that was started. Where none may be, nothing is known.
func tryResults(ctx context.Context, a *account, u *use) error {
	query, err := a.service.TryQuery(ctx, u.target)
	if err != nil {
		return errors.Join(errNotTried, err)
	}
	return a.service.TryResults(ctx, query)
}

// errNotTried says that a permission could not be tried, since another one is missing.
var errNotTried = errors.New("no query could be started whose results could be asked for")

func trySecret(ctx context.Context, _ *account, u *use) error {
	_, err := aws.Stored(ctx, u.target, u.kept)
	return err
}
