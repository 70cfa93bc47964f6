package document

import (
	"regexp"
	"sync"
)

// Form is a pattern that is compiled at its first use. Patterns with large counts, such
// as the {1,128} of names, take most of what starting the program took, and no command
// uses more than a few. A test of its package uses each, so that none is broken.
func Form(pattern string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(pattern) })
}
