package console

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
)

func press(m *model, key tea.KeyType) tea.Cmd {
	_, cmd := m.Update(tea.KeyMsg{Type: key})
	return cmd
}

func TestTheFirstInterruptStopsTheSecondHurriesAndTheThirdEnds(t *testing.T) {
	stops, hurries := 0, 0
	m := &model{now: midway(), stop: func() { stops++ }, hurry: func() { hurries++ }}
	m.Update(tea.WindowSizeMsg{Width: 80, Height: 24})
	if cmd := press(m, tea.KeyCtrlC); cmd != nil || stops != 1 || m.quit || !strings.Contains(m.View(), "stopping, results are kept") {
		t.Errorf("after the first Ctrl-C: %d stops, quit %v, %s", stops, m.quit, m.View())
	}
	m.Update(midway())
	if !strings.Contains(m.View(), "Ctrl-C again: wait no longer") {
		t.Error("news of the run make the screen forget that it is stopping")
	}
	if cmd := press(m, tea.KeyCtrlC); cmd != nil || stops != 1 || hurries != 1 || m.quit {
		t.Fatalf("after the second Ctrl-C: %d stops, %d hurries, quit %v", stops, hurries, m.quit)
	}
	m.Update(midway())
	if !strings.Contains(m.View(), "Ctrl-C again: stop at once") {
		t.Error("news of the run make the screen forget that it was hurried")
	}
	cmd := press(m, tea.KeyCtrlC)
	if cmd == nil || stops != 1 || hurries != 1 || !m.quit {
		t.Fatalf("after the third Ctrl-C: %d stops, %d hurries, quit %v", stops, hurries, m.quit)
	}
	if _, ok := cmd().(tea.QuitMsg); !ok {
		t.Error("the third Ctrl-C does not end the screen")
	}
}

func TestHelpIsShownUntilAskedAgain(t *testing.T) {
	m := &model{now: midway()}
	if m.View() != "" {
		t.Error("a terminal whose size is not known is written to")
	}
	m.Update(tea.WindowSizeMsg{Width: 80, Height: 24})
	for _, want := range []bool{true, false} {
		m.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("?")})
		m.Update(midway())
		if got := strings.Contains(m.View(), "from when a request was due"); got != want {
			t.Errorf("help is shown: %v, want %v", got, want)
		}
	}
}

// TestTheScreenGivesTheTerminalBack runs the screen against a reader that a
// person types into, and looks at what the terminal received.
func TestTheScreenGivesTheTerminalBack(t *testing.T) {
	in, keys := io.Pipe()
	defer keys.Close()
	var out bytes.Buffer
	stopped, hurried, ended := make(chan bool, 1), make(chan bool, 1), make(chan bool, 1)
	s := Show(&out, in, midway(), false, Wishes{Stop: func() { stopped <- true }, Hurry: func() { hurried <- true }, Quit: func() { ended <- true }})
	s.Tell(midway())
	for _, done := range []chan bool{stopped, hurried, ended} {
		if _, err := keys.Write([]byte{3}); err != nil { // Ctrl-C
			t.Fatal(err)
		}
		select {
		case <-done:
		case <-time.After(time.Minute):
			t.Fatal("a Ctrl-C is not heard")
		}
	}
	s.Close()
	s.Close()
	s.Tell(midway())
	text := out.String()
	enter, leave := strings.Index(text, "\x1b[?1049h"), strings.LastIndex(text, "\x1b[?1049l")
	if enter < 0 || leave < enter || !strings.Contains(text[leave:], "\x1b[?25h") && !strings.Contains(text, "\x1b[?25h") {
		t.Errorf("the terminal is not given back: %q", text)
	}
}

func TestOnlyAPersonsTerminalHasAScreen(t *testing.T) {
	for _, row := range []struct {
		ci, term string
		want     bool
	}{{"", "xterm-256color", true}, {"true", "xterm-256color", false}, {"1", "xterm", false}, {"", "dumb", false}} {
		t.Setenv("CI", row.ci)
		t.Setenv("TERM", row.term)
		if got := Fit(); got != row.want {
			t.Errorf("CI=%q TERM=%q: %v, want %v", row.ci, row.term, got, row.want)
		}
	}
}
