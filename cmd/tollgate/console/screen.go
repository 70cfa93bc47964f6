package console

import (
	"io"
	"os"
	"sync"
	"time"

	tea "github.com/charmbracelet/bubbletea"
)

// A Screen keeps the view on a terminal.
type Screen struct {
	program *tea.Program
	done    chan struct{}
	once    sync.Once
}

// Wishes are what keys ask for.
type Wishes struct {
	Stop  func() // the first Ctrl-C: stop sending, wait for what is in flight, keep what there is
	Hurry func() // the second: wait for nothing more
	Quit  func() // the third: end at once; the terminal is as it was
}

// Show opens the screen on w, which is a terminal. In is read for keys; it may
// be nil.
func Show(w io.Writer, in io.Reader, first Snapshot, color bool, wishes Wishes) *Screen {
	m := &model{now: first, color: color, stop: wishes.Stop, hurry: wishes.Hurry}
	s := &Screen{done: make(chan struct{})}
	s.program = tea.NewProgram(m,
		tea.WithOutput(w), tea.WithInput(in), tea.WithAltScreen(),
		tea.WithoutSignalHandler(), tea.WithFPS(8))
	go func() {
		_, err := s.program.Run()
		close(s.done)
		if m.quit || err != nil && m.now.Stopping {
			wishes.Quit()
		}
	}()
	return s
}

// Tell shows a newer snapshot.
func (s *Screen) Tell(now Snapshot) {
	select {
	case <-s.done:
	default:
		s.program.Send(now)
	}
}

// Close gives the terminal back as it was found. It may be called twice.
func (s *Screen) Close() {
	s.once.Do(func() {
		s.program.Quit()
		select {
		case <-s.done:
		case <-time.After(2 * time.Second): // a terminal that takes nothing more
			s.program.Kill()
		}
	})
}

// A model is the screen's state for Bubble Tea.
type model struct {
	now   Snapshot
	size  Size
	color bool
	help  bool
	quit  bool
	stop  func()
	hurry func()
}

// Init implements tea.Model.
func (m *model) Init() tea.Cmd { return nil }

// Update implements tea.Model.
func (m *model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case Snapshot:
		before := m.now
		m.now = msg
		m.now.Stopping, m.now.Hurried, m.now.Help = before.Stopping, before.Hurried, m.help
	case tea.WindowSizeMsg:
		m.size = Size{msg.Width, msg.Height}
	case tea.KeyMsg:
		return m, m.key(msg.String())
	}
	return m, nil
}

func (m *model) key(key string) tea.Cmd {
	switch key {
	case "ctrl+c":
		switch {
		case m.now.Hurried:
			m.quit = true
			return tea.Quit
		case m.now.Stopping:
			m.now.Hurried = true
			call(m.hurry)
		default:
			m.now.Stopping = true
			call(m.stop)
		}
	case "?", "h":
		m.help = !m.help
		m.now.Help = m.help
	}
	return nil
}

// call calls f, if there is one.
func call(f func()) {
	if f != nil {
		f()
	}
}

// View implements tea.Model.
func (m *model) View() string {
	if m.size.Width <= 0 || m.size.Height <= 0 {
		return ""
	}
	return View(m.now, m.size, m.color)
}

// Fit says whether the environment allows a screen at all: not in continuous
// integration, and not on a terminal that cannot move its cursor.
func Fit() bool { return os.Getenv("CI") == "" && os.Getenv("TERM") != "dumb" }
