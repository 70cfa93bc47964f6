package doctor

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"tollgate/pricing"
)

// A Writer writes findings as they come, as text.
type Writer struct {
	W     io.Writer
	Color bool
	Width int    // of lines; 0: any
	Next  string // what to do where there is no problem; "": nothing is said

	title   string
	allowed map[Use][]string // actions, each with its number of resources
}

// Begin is called before each check.
func (w *Writer) Begin(c Check) {
	w.flush()
	w.title = c.Title
}

// gather keeps a permission that is allowed. There are many of them, and they are written
// together.
func (w *Writer) gather(f Finding) {
	if w.allowed == nil {
		w.allowed = map[Use][]string{}
	}
	w.allowed[f.to] = append(w.allowed[f.to], f.Action)
}

// flush writes what was gathered.
func (w *Writer) flush() {
	for _, to := range Uses {
		var texts []string
		for _, action := range w.allowed[to] {
			n := 0
			for _, other := range w.allowed[to] {
				if other == action {
					n++
				}
			}
			text := action
			if n > 1 {
				text = fmt.Sprintf("%s on %d resources", action, n)
			}
			if !slices.Contains(texts, text) {
				texts = append(texts, text)
			}
		}
		if texts != nil {
			w.write(Finding{State: OK, Found: "allowed to " + strings.ReplaceAll(string(to), "`", "") + ": " + strings.Join(texts, ", ")})
		}
	}
	w.allowed = nil
}

// colors are those of a terminal's own palette.
var colors = map[State]string{OK: "32", Warning: "33", Problem: "31;1"}

// labelWidth is that of the longest state.
const labelWidth = len(Skipped)

// See writes one finding.
func (w *Writer) See(f Finding) {
	if f.to != "" && f.State == OK {
		w.gather(f)
		return
	}
	w.write(f)
}

func (w *Writer) write(f Finding) {
	if w.title != "" {
		fmt.Fprintln(w.W, w.title)
		w.title = ""
	}
	text := f.Found
	if f.About != "" {
		text = f.About + ": " + text
	}
	label := string(f.State)
	pad := strings.Repeat(" ", labelWidth-len(label))
	if code := colors[f.State]; code != "" && w.Color {
		label = "\x1b[" + code + "m" + label + "\x1b[0m"
	}
	w.lines("  "+label+pad+"  ", strings.Repeat(" ", labelWidth+4), text)
	if f.Remedy != "" {
		w.lines(strings.Repeat(" ", labelWidth+4)+"→ ", strings.Repeat(" ", labelWidth+6), f.Remedy)
	}
}

// lines writes a text, broken at blanks where the width is known.
func (w *Writer) lines(head, indent, text string) {
	room := w.Width - len(indent)
	if w.Width == 0 || room < 20 {
		fmt.Fprintln(w.W, head+text)
		return
	}
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && len([]rune(line))+1+len([]rune(word)) > room {
			fmt.Fprintln(w.W, head+line)
			head, line = indent, ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	fmt.Fprintln(w.W, head+line)
}

// Sum writes how many findings there are of each state.
func (w *Writer) Sum(r Report) error {
	w.flush()
	var parts []string
	for i := len(States) - 1; i >= 0; i-- {
		if n := r.Counts[States[i]]; n > 0 {
			parts = append(parts, counted(n, States[i]))
		}
	}
	text := strings.Join(parts, ", ")
	if r.State != Problem && w.Next != "" {
		text += ": " + w.Next
	}
	_, err := fmt.Fprintf(w.W, "\n%s\n", text)
	return err
}

func counted(n int, s State) string {
	switch s {
	case Problem, Warning:
		return pricing.Counted(int64(n), string(s))
	case Unknown:
		return fmt.Sprintf("%d cannot be told", n)
	}
	return fmt.Sprintf("%d %s", n, s)
}
