package check

import (
	"fmt"
	"regexp"
	"strconv"

	"tollgate/pricing/document"
)

// Statuses are the status codes from one to another, both included.
type Statuses struct{ From, To int }

// String implements fmt.Stringer: "200", "2xx", "200-204".
func (s Statuses) String() string {
	switch {
	case s.From == s.To:
		return strconv.Itoa(s.From)
	case s.From%100 == 0 && s.To == s.From+99:
		return fmt.Sprintf("%dxx", s.From/100)
	}
	return fmt.Sprintf("%d-%d", s.From, s.To)
}

var statusForm = regexp.MustCompile(`^(?:([1-9])[xX]{2}|([1-9][0-9]{2})(?: ?- ?([1-9][0-9]{2}))?)$`)

const maxStatuses = 100

func readStatus(v document.Value) (all []Statuses) {
	items := []document.Value{v}
	if v.Node == nil || v.Type == document.List {
		items = v.List(maxStatuses)
	}
	for _, item := range items {
		all = append(all, readStatuses(item))
	}
	return all
}

func readStatuses(v document.Value) Statuses {
	text, ok := v.Scalar("a status: write 404, 2xx or 200-204", document.Integer, document.Float)
	if !ok {
		return Statuses{}
	}
	if v.Type != document.String {
		n := int(v.Whole(100, 999))
		return Statuses{n, n}
	}
	parts := statusForm.FindStringSubmatch(text)
	switch {
	case parts == nil:
		v.Bad("is not a status: write 404, 2xx or 200-204")
		return Statuses{}
	case parts[1] != "":
		class, _ := strconv.Atoi(parts[1]) // a digit
		return Statuses{class * 100, class*100 + 99}
	}
	from, _ := strconv.Atoi(parts[2]) // digits
	to := from
	if parts[3] != "" {
		to, _ = strconv.Atoi(parts[3])
	}
	if to < from {
		v.Bad("is no range: the lower status comes first")
	}
	return Statuses{from, to}
}
