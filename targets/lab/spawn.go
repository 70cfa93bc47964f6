package lab

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"time"

	"tollgate/targets/process"
)

// A Child is a lab in a process of its own. It must be closed; should its
// parent die before, it ends by itself.
type Child struct {
	Opened
	command *exec.Cmd
	stdin   io.Closer
	ended   chan struct{} // closed when the process has ended
	err     error         // how it ended; set before
	stderr  *process.Tail
}

const grace = 5 * time.Second

// Spawn starts exe with args, which must call Serve on its standard input and
// output, and waits until its lab serves or ctx ends. Afterwards ctx does not end
// the child: a run observes its lab after it has ended.
func Spawn(ctx context.Context, exe string, args []string, c Config) (*Child, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	config, err := json.Marshal(c)
	if err != nil {
		return nil, err
	}
	child := &Child{command: exec.Command(exe, args...), ended: make(chan struct{}), stderr: &process.Tail{}}
	child.command.Stderr = child.stderr
	detach(child.command)
	stdin, err := child.command.StdinPipe()
	if err != nil {
		return nil, err
	}
	child.stdin = stdin
	stdout, err := child.command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := child.command.Start(); err != nil {
		return nil, fmt.Errorf("cannot start the lab: %w", err)
	}
	first := make(chan error, 1)
	go child.follow(stdout, first)
	if _, err = stdin.Write(append(config, '\n')); err != nil {
		err = fmt.Errorf("the lab's process does not listen: %w", err)
	} else {
		err = child.opened(ctx, first)
	}
	if err != nil {
		return nil, errors.Join(err, child.Close())
	}
	return child, nil
}

func (c *Child) follow(stdout io.Reader, first chan<- error) {
	line, err := readLine(stdout)
	if err == nil {
		err = json.Unmarshal(line, &c.Opened)
	}
	first <- err
	_, _ = io.Copy(io.Discard, stdout) // until the process closes it
	c.err = c.command.Wait()
	close(c.ended)
}

func (c *Child) opened(ctx context.Context, first <-chan error) error {
	select {
	case <-ctx.Done():
		return fmt.Errorf("the lab did not start: %w", ctx.Err())
	case err := <-first:
		switch {
		case err != nil:
			return fmt.Errorf("the lab did not say where it is: %w%s", err, c.stderr)
		case c.Error != "":
			return errors.New(c.Error)
		}
		return nil
	}
}

// Close asks the child to end, and insists after some seconds. A child that
// was asked ends well.
func (c *Child) Close() error {
	_ = c.stdin.Close() // fails only when closed already
	select {
	case <-c.ended:
	case <-time.After(grace):
		_ = c.command.Process.Kill() // fails only when it has ended
		<-c.ended
		return fmt.Errorf("the lab did not end within %v and was killed", grace)
	}
	if c.err != nil && c.Error == "" {
		return fmt.Errorf("the lab ended badly: %w%s", c.err, c.stderr)
	}
	return nil
}
