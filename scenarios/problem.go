package scenarios

import (
	"strings"

	"tollgate/targets/document"
)

// A Problem is one thing that is wrong with a scenario file, and where.
type Problem = document.Problem

// oneOf lists words for a message.
func oneOf(words []string) string {
	if len(words) == 1 {
		return words[0]
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}
