package check

import (
	"regexp"
	"strings"

	"github.com/theory/jsonpath"

	"tollgate/pricing/document"
)

func readPath(v document.Value, source string) *jsonpath.Path {
	if len(source) > longestPath {
		v.Problem("a JSONPath of %d bytes: at most %d are possible", len(source), longestPath)
		return nil
	}
	path, err := jsonpath.Parse(source)
	switch {
	case err != nil && !strings.HasPrefix(source, "$"):
		v.Problem("%q is not a JSONPath: it begins with $, as in $.items[0].id", source)
	case err != nil:
		v.Problem("%q is not a JSONPath (RFC 9535): %s", source, strings.TrimPrefix(err.Error(), "jsonpath: "))
	case strings.Count(unquoted(path.String()), "..") > 1:
		v.Problem("%q has more than one \"..\": name the members between them", source)
	case searchesAgain.MatchString(unquoted(path.String())):
		v.Problem("%q has a filter that searches the whole body for each value: name one value after the second $", source)
	default:
		return path
	}
	return nil
}

// searchesAgain matches a root query within a filter that may select several values, in
// a path without its names: over a body of 64 KiB it would take half a minute.
var searchesAgain = regexp.MustCompile(`.\$(\[-?[0-9]*\])*(\.\.|\[[^\]]*[^\]0-9-])`)

// unquoted is a JSONPath without what stands in quotes.
func unquoted(path string) string {
	var out strings.Builder
	var quote rune
	escaped := false
	for _, c := range path {
		switch {
		case escaped:
			escaped = false
		case quote != 0 && c == '\\':
			escaped = true
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '\'' || c == '"':
			quote = c
		default:
			out.WriteRune(c)
		}
	}
	return out.String()
}
