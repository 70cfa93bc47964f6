package scenarios

import (
	"regexp"
	"strings"
)

var variable = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// expand replaces the references ${env:NAME} in a text by the variables'
// values; "$${" stands for "${" itself. It works on scalars that have been
// parsed, so a value is never read as YAML, nor looked into for more references.
func (in *input) expand(n *node) {
	var out strings.Builder
	rest := n.raw
	for {
		i := strings.Index(rest, "${")
		if i < 0 {
			break
		}
		if i > 0 && rest[i-1] == '$' {
			out.WriteString(rest[:i-1] + "${")
			rest = rest[i+2:]
			continue
		}
		out.WriteString(rest[:i])
		inner, after, closed := strings.Cut(rest[i+2:], "}")
		if !closed {
			in.problem(n, "%s: a reference begins with ${ and has no end: write ${env:NAME}, or $${ for the characters themselves", n.quote())
			return
		}
		from := out.Len()
		out.WriteString(in.reference(n, inner))
		n.values = append(n.values, span{from, out.Len()})
		rest = after
	}
	n.text = out.String() + rest
}

// reference is the value of what stands between ${ and }.
func (in *input) reference(n *node, inner string) string {
	name, isEnv := strings.CutPrefix(inner, "env:")
	if !isEnv || !variable.MatchString(name) {
		advice := "NAME"
		if variable.MatchString(inner) {
			advice = inner
		}
		in.problem(n, "${%s} is not a reference: write ${env:%s}, or $${ for the characters themselves", inner, advice)
		return ""
	}
	n.references = append(n.references, name)
	if in.recorded {
		n.missing = append(n.missing, name)
		return ""
	}
	value, set := in.env(name)
	if !set {
		n.missing = append(n.missing, name)
		in.missing(n, name)
	}
	return value
}

func (in *input) missing(n *node, name string) {
	in.problem(n, "the environment variable %s is not set: set it (export %s=...) and try again", name, name)
}

// secret is the text of a node that must be a reference as a whole, so that no
// secret is ever written into a file.
func (in *input) secret(n *node, path string) string {
	if len(n.references) != 1 || n.raw != "${env:"+n.references[0]+"}" {
		in.problem(n, "%s: a secret does not belong in a file: put it into an environment variable and write \"${env:NAME}\" here", path)
		return ""
	}
	if n.text == "" && len(n.missing) == 0 {
		in.problem(n, "%s: the environment variable %s is set, but empty", path, n.references[0])
	}
	if strings.ContainsFunc(n.text, func(c rune) bool { return c < ' ' || c > '~' }) {
		in.problem(n, "%s: the value of %s has characters that a header cannot carry, a line break perhaps", path, n.references[0])
		return ""
	}
	return n.text
}
