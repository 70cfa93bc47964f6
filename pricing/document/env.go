package document

import (
	"fmt"
	"regexp"
	"strings"
)

// A Reference is a value that a recorded file takes from an environment variable.
type Reference struct {
	Path     string // "targets.rest.url"
	Variable string
}

var variable = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// expand replaces references in a string: ${env:NAME} by the value of a variable,
// ${file:NAME} by the text of a file, where the reader of the document allows it. "$${"
// stands for "${" itself. It works on scalars after parsing, so a value is never read as
// YAML, and never searched for more references.
func (d *Document) expand(n *Node) {
	if d.Env == nil && !d.Recorded {
		return
	}
	var out strings.Builder
	rest := n.Raw
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
			d.Problem(n, "%s: a reference begins with ${ and has no end: write ${env:NAME}, or $${ for the characters themselves", n.quote())
			return
		}
		from := out.Len()
		if d.Places && placeName().MatchString(inner) {
			out.WriteString("${" + inner + "}")
			n.Places = append(n.Places, Span{from, out.Len()})
			rest = after
			continue
		}
		out.WriteString(d.reference(n, inner))
		n.Values = append(n.Values, Span{from, out.Len()})
		rest = after
	}
	n.Text = out.String() + rest
}

// placeName matches the names of values that are not known yet.
var placeName = Form(`^[A-Za-z_][^:{}$]*$`)

// reference is the value of what stands between ${ and }.
func (d *Document) reference(n *Node, inner string) string {
	kind, name, _ := strings.Cut(inner, ":")
	switch {
	case kind == "env" && variable.MatchString(name):
		return d.variable(n, name)
	case kind == "file" && name != "" && (d.Files != nil || d.Recorded):
		return d.fileText(n, name)
	}
	d.Problem(n, "%s", NoReference(inner))
	return ""
}

// NoReference says that ${inner} is not a reference.
func NoReference(inner string) string {
	advice := "NAME"
	if variable.MatchString(inner) {
		advice = inner
	}
	return fmt.Sprintf("${%s} is not a reference: write ${env:%s}, or $${ for the characters themselves", inner, advice)
}

func (d *Document) variable(n *Node, name string) string {
	n.References = append(n.References, name)
	if d.Recorded {
		n.Missing = append(n.Missing, name)
		return ""
	}
	value, set := d.Env(name)
	if !set {
		n.Missing = append(n.Missing, name)
		d.Problem(n, "the environment variable %s is not set: set it (export %s=...) and try again", name, name)
	}
	return value
}

// inFile begins the reference to a file.
const inFile = "file:"

// fileText is the text of a file without the line break at its end.
func (d *Document) fileText(n *Node, name string) string {
	n.References = append(n.References, inFile+name)
	if d.Recorded {
		n.Missing = append(n.Missing, inFile+name)
		return ""
	}
	text, err := d.Files(name)
	if err != nil {
		n.Missing = append(n.Missing, inFile+name)
		d.Problem(n, "${file:%s}: %v", name, err)
	}
	return strings.TrimSuffix(strings.TrimSuffix(text, "\n"), "\r")
}

// Secret returns a string that must be a reference as a whole, so that no secret
// is ever written into a file.
func (v Value) Secret() string {
	n := v.Node
	switch {
	case n == nil:
		return ""
	case len(n.References) != 1 || n.Raw != "${"+n.References[0]+"}" && n.Raw != "${env:"+n.References[0]+"}":
		v.Problem("a secret does not belong in a file: put it into an environment variable and write \"${env:NAME}\" here")
		return ""
	case n.Text == "" && len(n.Missing) == 0 && strings.HasPrefix(n.References[0], inFile):
		v.Problem("the file %s is empty", strings.TrimPrefix(n.References[0], inFile))
	case n.Text == "" && len(n.Missing) == 0:
		v.Problem("the environment variable %s is set, but empty", n.References[0])
	case strings.ContainsFunc(n.Text, func(c rune) bool { return c < ' ' || c > '~' }):
		v.Problem("the value of %s has characters that a header cannot carry, such as a line break", n.References[0])
		return ""
	}
	return n.Text
}
