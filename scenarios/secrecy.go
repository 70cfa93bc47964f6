package scenarios

import (
	"net/url"
	"regexp"
	"strings"

	"tollgate/pricing/document"
	"tollgate/targets"
)

// The names under which servers expect secrets. Their values must be references: a
// run keeps the bytes of its scenario, and users archive and share runs.
var (
	secretHeader    = regexp.MustCompile(`^(?i)(authorization|cookie|x-amz-security-token|.*(auth|access|private|session|vault)-token|.*(secret|password|api[-_]?key|subscription-key|functions-key))$`)
	secretParameter = regexp.MustCompile(`^(?i)((auth|access)?[-_]?token|.*(secret|password)|.*api[-_]?key|sig|signature|x-amz-(signature|security-token|credential))$`)
)

// secretTemplate matches a value of a header that holds a secret, and whose secret part is
// another in each request: a value, behind the name of a scheme or cookie.
var secretTemplate = document.Form(`^([A-Za-z]{1,20} |[A-Za-z0-9_.-]{1,64}=)?\$\{[A-Za-z][^:{}$]*\}(; ?[A-Za-z0-9_.-]{1,64}=\$\{[^{}$]+\})*$`)

// checkPathSecrets reports parameters of a path that hold secrets, without quoting them.
func checkPathSecrets(v document.Value) {
	_, query, _ := strings.Cut(v.Raw, "?")
	for pair := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(pair, "=")
		if plain, err := url.QueryUnescape(name); err == nil {
			name = plain
		}
		if secretParameter.MatchString(name) && value != "" && !strings.HasPrefix(value, "${") {
			v.Problem("a secret does not belong in a file: put the value of %s into an environment variable and write %s=${env:NAME} here", name, name)
		}
	}
}

// conceal remembers the values of variables in n, which is sent, so that they are
// masked wherever they come back.
func (in *input) conceal(n *document.Node) {
	if n == nil {
		return
	}
	for _, v := range n.Values {
		in.secrets = append(in.secrets, targets.NewSecret(n.Text[v.From:v.To]))
	}
	for _, e := range n.Entries {
		in.conceal(e.Value)
	}
	for _, item := range n.Items {
		in.conceal(item)
	}
}

// concealPath masks the variables in t's path for reports. The host is always shown:
// reports, regions and comparisons are about it.
func (in *input) concealPath(n *document.Node, t *targets.Target) {
	start := strings.Index(n.Text, "://") + len("://")
	if i := strings.IndexByte(n.Text[start:], '/'); i >= 0 {
		start += i
	} else {
		return
	}
	shown, at := "", start
	for _, v := range n.Values {
		from := max(v.From, start)
		if v.To <= from {
			continue
		}
		value := strings.Trim(n.Text[from:v.To], "/")
		if value == "" {
			continue
		}
		in.secrets = append(in.secrets, targets.NewSecret(value))
		from += strings.Index(n.Text[from:v.To], value)
		shown += n.Text[at:from] + targets.Masked
		at = from + len(value)
	}
	if at > start {
		t.ShownPath = strings.TrimRight(shown+n.Text[at:], "/")
	}
}

// SecretHeader says whether servers expect a secret in a header of that name.
func SecretHeader(name string) bool { return secretHeader.MatchString(name) }

// SecretParameter says whether servers expect a secret in a parameter of that name.
func SecretParameter(name string) bool { return secretParameter.MatchString(name) }
