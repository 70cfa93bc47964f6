package results

import (
	"fmt"
	"strings"
)

// Models are the names of the targets that only modelled a front door of AWS: the
// embedded lab served them, or something else on this machine. It is the one answer to
// the question for every format.
func (d *Document) Models() (names []string) {
	for _, t := range d.Targets {
		if t.Lab || t.Local {
			names = append(names, t.Name)
		}
	}
	return names
}

// ModelsText warns that these targets were models; "" for none.
func ModelsText(names []string) string {
	if len(names) == 0 {
		return ""
	}
	return "models on this machine, not AWS: " + listed(names) + "; their figures say nothing about how AWS behaves or how fast it is"
}

// listed are the first of some names, and how many more there are.
func listed(names []string) string {
	const most = 9 // more than there are kinds
	text := strings.Join(names[:min(len(names), most)], ", ")
	if n := len(names) - most; n > 0 {
		text += fmt.Sprintf(" and %d more", n)
	}
	return text
}
