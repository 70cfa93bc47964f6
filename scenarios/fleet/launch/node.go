package launch

import (
	"strconv"
	"strings"

	"tollgate/pricing/document"
)

// What manifests are made of. Texts are written with quotes where they would be something
// else in YAML.

func of(keysAndValues ...any) *document.Node { return document.Pairs(keysAndValues...) }

func list(items ...*document.Node) *document.Node { return document.Items(items...) }

func number(n int) *document.Node { return document.Number(strconv.Itoa(n)) }

func yes(is bool) *document.Node {
	return &document.Node{Type: document.Bool, Raw: strconv.FormatBool(is), Text: strconv.FormatBool(is)}
}

func texts(all []string) *document.Node {
	items := make([]*document.Node, len(all))
	for i, s := range all {
		items[i] = document.Text(s)
	}
	return document.Items(items...)
}

// literal is a text in which Kubernetes replaces no $(NAME). Source: Kubernetes, "Define
// Dependent Environment Variables".
func literal(s string) string { return strings.ReplaceAll(s, "$(", "$$(") }
