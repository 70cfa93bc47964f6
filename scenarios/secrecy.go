package scenarios

import (
	"net/url"
	"regexp"
	"strings"
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
