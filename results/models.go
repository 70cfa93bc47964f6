package results

import (
	"fmt"
	"strings"
)

// Models are the names of the targets that the embedded lab served: models of front
// doors, and none of AWS. It is the one answer to the question for every format.
func (d *Document) Models() (names []string) {
	for _, t := range d.Targets {
		if t.Lab {
			names = append(names, t.Name)
		}
	}
	return names
}

// ModelsText warns that these targets were models; "" for none.
func ModelsText(names []string) string {
	const most = 5
	if len(names) == 0 {
		return ""
	}
	text := strings.Join(names[:min(len(names), most)], ", ")
	if n := len(names) - most; n > 0 {
		text += fmt.Sprintf(" and %d more", n)
	}
	return "models of the lab, not AWS: " + text + "; their figures show how Tollgate measures, not how AWS behaves or how fast it is"
}
