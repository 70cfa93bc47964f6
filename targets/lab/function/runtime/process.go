package runtime

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"time"
)

type process struct {
	command *exec.Cmd
	output  *os.File // what it writes
	ended   chan struct{}
	err     error // how it ended; set before
}

// A starter starts processes on one thread: Linux kills them when it dies.
type starter struct {
	orders chan func()
	done   chan struct{}
	keeper *keeper
}

func newStarter(mark string) *starter {
	s := &starter{orders: make(chan func()), done: make(chan struct{}), keeper: newKeeper(mark)}
	go func() {
		defer close(s.done)
		runtime.LockOSThread() // never unlocked: the thread ends with its work
		for start := range s.orders {
			start()
		}
	}()
	return s
}

// close ends the thread and then the keeper. No process may be left that is not
// to be killed.
func (s *starter) close() {
	close(s.orders)
	<-s.done
	s.keeper.close()
}

// start starts a process. It has no standard input.
func (s *starter) start(c *Config, env []string) (*process, error) {
	read, write, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	command := exec.Command(c.Command[0], c.Command[1:]...)
	command.Dir, command.Env, command.Stdout, command.Stderr = c.Dir, env, write, write
	ownGroup(command)
	p := &process{command: command, output: read, ended: make(chan struct{})}
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
func (p *process) wait(k *keeper) {
	p.err = p.command.Wait()
	killGroup(p.command)
	k.remove(p.command.Process.Pid)
	close(p.ended)
}

// outputGrace is how long what a process wrote is still read after its end: a
// child that left the group may hold the pipe for ever.
const outputGrace = 100 * time.Millisecond

// reason says how the process ended, as Lambda words it.
func (p *process) reason() string {
	if p.err == nil {
		return "Runtime exited without providing a reason"
	}
	return "Runtime exited with error: " + p.err.Error()
}

// A keeper ends what is left of a lab that was killed.
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
