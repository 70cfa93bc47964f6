package process

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"time"
)

// A Process is a program that was started.
type Process struct {
	Output *os.File // what it writes; to be read until its end, and closed

	command *exec.Cmd
	ended   chan struct{}
	err     error // how it ended; set before
}

// A Starter starts processes on one thread: Linux kills them when it dies. It must be
// closed.
type Starter struct {
	mark   string
	orders chan func()
	done   chan struct{}
	keeper *keeper
}

// New returns a starter of processes that all carry mark in their environment.
func New(mark string) *Starter {
	s := &Starter{mark: mark, orders: make(chan func()), done: make(chan struct{}), keeper: newKeeper(mark)}
	go func() {
		defer close(s.done)
		runtime.LockOSThread() // never unlocked: the thread ends with its work
		for start := range s.orders {
			start()
		}
	}()
	return s
}

// Close kills what is left of the processes, and ends the thread and then the keeper.
func (s *Starter) Close() {
	sweep(s.mark)
	close(s.orders)
	<-s.done
	s.keeper.close()
}

// A Command is a program, with all of its environment.
type Command struct {
	Args []string
	Dir  string
	Env  []string
}

// Start starts a process, which must carry the mark. It has no standard input.
func (s *Starter) Start(c Command) (*Process, error) {
	read, write, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	command := exec.Command(c.Args[0], c.Args[1:]...)
	command.Dir, command.Env, command.Stdout, command.Stderr = c.Dir, c.Env, write, write
	ownGroup(command)
	p := &Process{command: command, Output: read, ended: make(chan struct{})}
	result := make(chan error, 1)
	s.orders <- func() { result <- command.Start() }
	err = <-result
	write.Close()
	if err != nil {
		read.Close()
		return nil, err
	}
	s.keeper.add(command.Process.Pid)
	go p.wait(s.keeper)
	return p, nil
}

// wait reaps the process, and ends what it leaves of its group.
func (p *Process) wait(k *keeper) {
	p.err = p.command.Wait()
	p.Kill()
	k.remove(p.ID())
	close(p.ended)
}

// Kill kills the process with its group.
func (p *Process) Kill() { killGroup(p.command) }

// Ended is closed when the process has ended.
func (p *Process) Ended() <-chan struct{} { return p.ended }

// Err is how a process ended that has: nil, or why it did not end well.
func (p *Process) Err() error { return p.err }

// ID is that of the process and of its group.
func (p *Process) ID() int { return p.command.Process.Pid }

// outputGrace is how long what a process wrote is still read after its end: a
// child that left the group may hold the pipe for ever.
const outputGrace = 100 * time.Millisecond

// Swept kills what carries a mark, such as that of a process that has ended, and lets
// its output end.
func (p *Process) Swept(mark string) {
	sweep(mark)
	_ = p.Output.SetReadDeadline(time.Now().Add(outputGrace)) // a pipe has deadlines
}

// A keeper ends what is left when this program was killed.
type keeper struct {
	mu      sync.Mutex
	command *exec.Cmd // nil: there is none on this system
	pipe    *os.File
}

func (k *keeper) add(group int)    { k.send("+", group) }
func (k *keeper) remove(group int) { k.send("-", group) }

func (k *keeper) send(sign string, group int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.pipe != nil {
		_, _ = fmt.Fprintln(k.pipe, sign, group) // fails when the keeper was killed: there is nothing to do
	}
}

// close lets the keeper end what is left, and waits for it.
func (k *keeper) close() {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.pipe == nil {
		return
	}
	k.pipe.Close()
	k.pipe = nil
	_ = k.command.Wait() // says how it ended, which does not matter
}

// MarkName is the variable by which processes are found again that left their group.
const MarkName = "_TOLLGATE_ENVIRONMENT"

// A Use is what a process group uses.
type Use struct {
	Processes int
	Resident  int64 // bytes
}
