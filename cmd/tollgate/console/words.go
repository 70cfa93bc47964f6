package console

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"tollgate/pricing/escape"
	"tollgate/scenarios/session"
)

// A pen knows whether it may use colour.
type pen bool

func (p pen) sgr(code, text string) string {
	if !p || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func (p pen) strong(s string) string { return p.sgr("1", s) }
func (p pen) faint(s string) string  { return p.sgr("90", s) }
func (p pen) good(s string) string   { return p.sgr("34", s) } // blue and yellow: told apart by all eyes
func (p pen) warn(s string) string   { return p.sgr("1;33", s) }

// underText says which turn is under way, or where the load of populations goes.
func underText(under []session.Underway) string {
	if len(under) == 1 && under[0].Population == "" {
		u := under[0]
		name := ""
		if u.Name != "" && u.Name != strconv.Itoa(u.Stage) {
			name = " (" + escape.Text(u.Name) + ")"
		}
		return fmt.Sprintf("stage %d of %d%s, turn %d: %s", u.Stage, u.Stages, name, u.Turn, escape.Text(u.Target))
	}
	return escape.Text((&session.Progress{Under: under}).Where())
}

func label(s string) string { return left(s, 13) }

// left pads s on its right to width, and cuts it there.
func left(s string, width int) string {
	s = ansi.Truncate(s, width, "…")
	return s + strings.Repeat(" ", max(0, width-ansi.StringWidth(s)))
}

func right(s string, width int) string {
	return strings.Repeat(" ", max(0, width-ansi.StringWidth(s))) + s
}

// millis prints three significant digits: 0.123, 12.3, 1230.
func millis(d time.Duration) string {
	v := float64(d) / float64(time.Millisecond)
	if v <= 0 {
		return "0"
	}
	decimals := max(0, min(3, 2-int(math.Floor(math.Log10(v)))))
	return strconv.FormatFloat(v, 'f', decimals, 64)
}

func rate(v float64) string { return whole(int64(math.Round(v))) + "/s" }

// whole prints 12,345.
func whole(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// clock prints 1:02 and 1:02:03.
func clock(d time.Duration) string {
	t := int(d.Round(time.Second) / time.Second)
	if t >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", t/3600, t/60%60, t%60)
	}
	return fmt.Sprintf("%d:%02d", t/60, t%60)
}
