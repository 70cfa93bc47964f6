package scenarios

import (
	"net/url"
	"regexp"
	"strings"

	"tollgate/targets"
)

// The names under which servers expect secrets. What stands under one of them
// must be a reference, because a run keeps the very bytes of its scenario, and
// runs are archived and passed on.
var (
	secretHeader    = regexp.MustCompile(`^(?i)(authorization|cookie|x-amz-security-token|.*(auth|access|private|session|vault)-token|.*(secret|password|api[-_]?key|subscription-key|functions-key))$`)
	secretParameter = regexp.MustCompile(`^(?i)((auth|access)?[-_]?token|.*(secret|password)|.*api[-_]?key|sig|signature|x-amz-(signature|security-token|credential))$`)
)

// confesses reports parameters of a path that hold secrets; it does not quote them.
func (f fields) confesses(n *node) {
	_, query, _ := strings.Cut(n.raw, "?")
	for pair := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(pair, "=")
		if plain, err := url.QueryUnescape(name); err == nil {
			name = plain
		}
		if secretParameter.MatchString(name) && value != "" && !strings.HasPrefix(value, "${env:") {
			f.in.problem(n, "%s: a secret does not belong in a file: put the value of %s into an environment variable and write %s=${env:NAME} here", f.at("path"), name, name)
		}
	}
}

// conceal remembers all values of variables in n, which is sent, so that they
// are masked wherever they come back.
func (in *input) conceal(n *node) {
	if n == nil {
		return
	}
	for _, v := range n.values {
		in.secrets = append(in.secrets, targets.NewSecret(n.text[v.from:v.to]))
	}
	for _, e := range n.entries {
		in.conceal(e.value)
	}
	for _, item := range n.items {
		in.conceal(item)
	}
}

// concealPath notes how t's path may be shown, where variables are in it. The
// host is always shown: reports, regions and comparisons are about it.
func (in *input) concealPath(n *node, t *targets.Target) {
	start := strings.Index(n.text, "://") + len("://")
	if i := strings.IndexByte(n.text[start:], '/'); i >= 0 {
		start += i
	} else {
		return
	}
	shown, at := "", start
	for _, v := range n.values {
		from := max(v.from, start)
		if v.to <= from {
			continue
		}
		value := strings.Trim(n.text[from:v.to], "/")
		if value == "" {
			continue
		}
		in.secrets = append(in.secrets, targets.NewSecret(value))
		from += strings.Index(n.text[from:v.to], value)
		shown += n.text[at:from] + targets.Masked
		at = from + len(value)
	}
	if at > start {
		t.ShownPath = strings.TrimRight(shown+n.text[at:], "/")
	}
}
