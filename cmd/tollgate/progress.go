package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"tollgate/scenarios/session"
)

// A progress tells on standard error how far a run has come: on a terminal by
// one line that is written over, elsewhere by a line every few seconds.
type progress struct {
	w        io.Writer
	terminal bool
	quiet    bool
	step     session.Step
	told     time.Time
	width    int // of the line that stands on the terminal
}

// everySoOften is how often a line is written where nothing can be written over.
const everySoOften = 5 * time.Second

func newProgress(w io.Writer, quiet bool) *progress {
	return &progress{w: w, quiet: quiet, terminal: isTerminal(w) && os.Getenv("CI") == ""}
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// tell takes in where the session stands.
func (p *progress) tell(at session.Progress) {
	if p.quiet {
		return
	}
	news := at.Step != p.step
	p.step = at.Step
	if p.terminal {
		p.write(sentence(at))
		return
	}
	if now := time.Now(); news || now.Sub(p.told) >= everySoOften {
		p.told = now
		fmt.Fprintln(p.w, sentence(at))
	}
}

// write puts line over the one before.
func (p *progress) write(line string) {
	fmt.Fprintf(p.w, "\r%s%s", line, strings.Repeat(" ", max(0, p.width-len(line))))
	p.width = len(line)
}

// end leaves the terminal as it was found.
func (p *progress) end() {
	if p.terminal && p.width > 0 {
		p.write("")
		fmt.Fprint(p.w, "\r")
		p.width = 0
	}
}

func sentence(at session.Progress) string {
	if at.Step != session.Loading {
		return string(at.Step)
	}
	line := fmt.Sprintf("%s %3.0f s of %.0f s, %s, %d requests", at.Step, at.Elapsed.Seconds(), at.Total.Seconds(), at.Target, at.Ended)
	if at.Planned > 0 {
		line += fmt.Sprintf(" of %d", at.Planned)
	}
	return line + fmt.Sprintf(", %d failed", at.Failed)
}
