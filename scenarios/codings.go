package scenarios

import (
	"fmt"
	"slices"
	"strings"
)

// Decoded are the content codings that body_contains can see through.
var Decoded = []string{"gzip", "x-gzip", "deflate"}

// undecoded warns of requests that ask for bodies in a coding that the text
// they expect cannot be found in.
func (p *Plan) undecoded() []error {
	var all []error
	for _, r := range p.Scenario.Requests {
		if r.Expect.BodyContains == "" {
			continue
		}
		for _, coding := range accepted(r.Header.Values("Accept-Encoding")) {
			if !slices.Contains(Decoded, coding) {
				all = append(all, fmt.Errorf("request %s: expect.body_contains cannot see through Accept-Encoding: %s: a response in that coding counts as unexpected; ask for gzip or deflate", r.Name, coding))
			}
		}
	}
	return all
}

// accepted are the codings that a header asks for, but for identity.
func accepted(values []string) (codings []string) {
	for coding := range strings.SplitSeq(strings.ToLower(strings.Join(values, ",")), ",") {
		name, weight, _ := strings.Cut(coding, ";")
		name, weight = strings.TrimSpace(name), strings.ReplaceAll(weight, " ", "")
		refused := strings.HasPrefix(weight, "q=0") && strings.Trim(weight, "q=0.") == ""
		if name != "" && name != "identity" && !refused {
			codings = append(codings, name)
		}
	}
	return codings
}
