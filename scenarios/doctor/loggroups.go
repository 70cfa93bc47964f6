package doctor

import (
	"errors"
	"strings"

	"tollgate/targets"
	"tollgate/targets/aws"
)

// logGroupFound says what became of a query of a log group.
func (x *Exam) logGroupFound(l *looking, t *targets.Target, group string, err error) {
	switch {
	case err == nil:
		l.ok(t.Name, group+" exists")
	case errors.Is(err, aws.ErrNoLogGroup):
		text, remedy, _ := strings.Cut(err.Error(), ": ")
		l.warn(t.Name, text+", in which cold starts would be counted", remedy)
	default:
		l.cannot(t.Name, group, err)
	}
}
