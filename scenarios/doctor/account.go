package doctor

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"tollgate/targets"
	"tollgate/targets/aws"
	"tollgate/targets/cloudwatch"
)

// An account is where some targets' AWS services answer, and who asks there.
type account struct {
	at      aws.Endpoint
	service *aws.Account
	metrics *cloudwatch.Client
	caller  aws.Caller
	err     error // why it cannot be asked
	unnamed error // why it is not known who asks: it can be asked all the same, perhaps

	unreached map[string]error // by service: it is not asked again
}

// ask asks a service something, unless it did not answer before. Nothing may take longer
// than patience: a host that never answers would hold up the whole exam again and again.
func (a *account) ask(ctx context.Context, service string, question func(context.Context) error) error {
	if err := a.unreached[service]; err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	err := question(ctx)
	if aws.Unanswered(err) {
		if a.unreached == nil {
			a.unreached = map[string]error{}
		}
		a.unreached[service] = err
	}
	return err
}

// patience is how long one question to AWS may take.
const patience = 15 * time.Second

// account opens an endpoint, once.
func (x *Exam) account(outer context.Context, at aws.Endpoint) *account {
	if a := x.accounts[at]; a != nil {
		return a
	}
	if x.accounts == nil {
		x.accounts = map[aws.Endpoint]*account{}
	}
	a := &account{at: at}
	x.accounts[at] = a
	ctx, cancel := context.WithTimeout(outer, patience)
	defer cancel()
	brief := at
	brief.Attempts = 3
	if a.metrics, a.err = cloudwatch.Open(ctx, brief, nil); a.err != nil {
		return a
	}
	a.service = a.metrics.Account
	switch a.caller, a.unnamed = a.service.Caller(ctx); {
	case aws.Uncredentialed(a.unnamed):
		a.err = a.unnamed
	case aws.Unanswered(a.unnamed) && x.watched(at):
		err := a.ask(outer, "cloudwatch", func(ctx context.Context) error {
			return a.metrics.TryList(ctx, cloudwatch.Question{Namespace: "AWS/Lambda", Metric: "Invocations"})
		})
		if aws.Unanswered(err) {
			a.err = err
		}
	}
	return a
}

// watched says whether CloudWatch is read at an endpoint: where it does not answer, no run can be
// checked against it.
func (x *Exam) watched(at aws.Endpoint) bool {
	return slices.ContainsFunc(x.Targets, func(t targets.Target) bool {
		return slices.ContainsFunc(metricsOf(x, &t), func(w wanted) bool { return w.at == at })
	})
}

// endpoints are those that the scenario needs, in the order of its targets.
func (x *Exam) endpoints() (all []aws.Endpoint) {
	for _, u := range x.uses(context.Background()) {
		if !slices.Contains(all, u.at) {
			all = append(all, u.at)
		}
	}
	return all
}

// name is what people call an endpoint.
func name(at aws.Endpoint) string {
	switch {
	case at.URL != "":
		return "the lab's AWS endpoint"
	}
	text := at.Region
	if at.Profile != "" {
		text += ", profile " + at.Profile
	}
	if at.Role != "" {
		text += ", role " + at.Role
	}
	return text
}

func (x *Exam) credentials(ctx context.Context, l *looking) {
	if !x.deployed() && !slices.ContainsFunc(x.endpoints(), func(e aws.Endpoint) bool { return !e.Lab }) {
		l.skip("no AWS account is needed for this scenario: " + x.where())
		return
	}
	for _, at := range x.endpoints() {
		a := x.account(ctx, at)
		switch {
		case a.err != nil:
			l.problem(name(at), first(a.err), rest(a.err))
		case a.unnamed != nil:
			l.unknown(name(at), "it is not known whose credentials these are ("+a.caller.Source+"): "+first(a.unnamed), rest(a.unnamed))
		default:
			l.ok(name(at), callerText(a.caller))
		}
	}
}

// where says where the targets are, if none is at AWS.
func (x *Exam) where() string {
	if x.inLab() {
		return "every target is in the lab, which this program serves on this machine"
	}
	return "no target is a front door of AWS"
}

// inLab says whether every target is in the lab.
func (x *Exam) inLab() bool {
	return len(x.Targets) > 0 && !slices.ContainsFunc(x.Targets, func(t targets.Target) bool { return !t.Lab })
}

func callerText(c aws.Caller) string {
	text := fmt.Sprintf("account %s as %s, by %s", c.Account, c.ARN, c.Source)
	if !c.Expires.IsZero() {
		text += ", until " + c.Expires.UTC().Format("15:04 UTC")
	}
	return text
}

// cannot says that something could not be read: what of a missing permission there is to say, the
// check of permissions has said.
func (l *looking) cannot(about, what string, err error) {
	if d, denied := aws.Denied(err, "that"); denied {
		l.unknown(about, what+": it may not be read, since "+d.Action+on(cmp.Or(d.Resource, "*"))+" is not allowed", "")
		return
	}
	l.unknown(about, what+": "+first(err), rest(err))
}

// first is what is wrong, of a text that goes on with what to do, and rest is that. What is quoted
// stays whole.
func first(err error) string { return cut(err, 0) }
func rest(err error) string  { return cut(err, 1) }

func cut(err error, part int) string {
	text, quoted := err.Error(), false
	for i := range len(text) {
		switch rest := text[i:]; {
		case text[i] == '"':
			quoted = !quoted
		case quoted:
		case strings.HasPrefix(rest, "; "), strings.HasPrefix(rest, ": check "):
			return [2]string{text[:i], rest[2:]}[part]
		}
	}
	return [2]string{text, ""}[part]
}
