package targets

import (
	"net/url"
	"regexp"
	"strings"
)

var secretVariable = regexp.MustCompile(`(?i)(token|secret|passw(or)?d|passphrase|credential|(api|access|private)_?key)`)

// SecretVariable says whether programs expect a secret in an environment variable of that
// name.
func SecretVariable(name string) bool { return secretVariable.MatchString(name) }

// LeastSecret is the length of the shortest value that is taken for a secret in what
// programs write: shorter ones are found in any text.
const LeastSecret = 6

// SecretVariables are the values in an environment that are secrets by the names of their
// variables, and the passwords in addresses.
func SecretVariables(env []string) (values []string) {
	for _, line := range env {
		name, value, _ := strings.Cut(line, "=")
		if !SecretVariable(name) {
			u, err := url.Parse(value)
			if err != nil || u.User == nil {
				continue
			}
			value, _ = u.User.Password() // of a database
		}
		if len(value) >= LeastSecret {
			values = append(values, value)
		}
	}
	return values
}
