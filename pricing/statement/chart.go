package statement

import (
	"fmt"
	"io"
	"strings"

	"tollgate/pricing"
)

// How large a map is drawn in a terminal.
const (
	chartColumns = 64
	chartRows    = 20
)

// chart draws a map in letters, one a door; a dot is too close to call.
func chart(w io.Writer, m *pricing.Map) {
	fmt.Fprintf(w, "\ncheapest front door by %s (across) and %s (up); a dot: within %.0f %% of each other\n", m.XUnit, m.YUnit, m.Margin*100)
	n := len(m.YAt)
	rows := min(chartRows, n)
	used, none := make([]bool, len(m.Doors)), false
	for r := rows - 1; r >= 0; r-- {
		y := pick(r, rows, n)
		var line strings.Builder
		for x := range min(chartColumns, len(m.XAt)) {
			col := pick(x, min(chartColumns, len(m.XAt)), len(m.XAt))
			switch door := m.Cells[y][col]; {
			case door == pricing.NoDoor:
				none = true
				line.WriteByte('-')
			case m.Close[y][col]:
				used[door] = true
				line.WriteByte('.')
			default:
				used[door] = true
				line.WriteByte(letter(door))
			}
		}
		fmt.Fprintf(w, "  %12s  %s\n", scaleText(m.YAt[y]), line.String())
	}
	last := len(m.XAt) - 1
	fmt.Fprintf(w, "  %12s  %-20s%*s\n", "", scaleText(m.XAt[0]), min(chartColumns, len(m.XAt))-20, scaleText(m.XAt[last]))
	for i, d := range m.Doors {
		if used[i] {
			fmt.Fprintf(w, "  %c  %s\n", letter(i), d)
		}
	}
	if none {
		fmt.Fprintln(w, "  -  no front door can serve this")
	}
}

func pick(i, few, many int) int {
	if few < 2 {
		return 0
	}
	return i * (many - 1) / (few - 1)
}

func letter(door int) byte { return byte('A' + door%26) }

func scaleText(v float64) string {
	for _, s := range []struct {
		size float64
		name string
	}{{1e9, " B"}, {1e6, " M"}, {1e3, " k"}} {
		if v >= s.size {
			return fmt.Sprintf("%.3g%s", v/s.size, s.name)
		}
	}
	return fmt.Sprintf("%.3g", v)
}
