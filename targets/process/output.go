package process

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
)

// longestOutput is how much of what a program writes is read: no token is as long.
const longestOutput = 64 << 10

// An Ending says why a program gave no output that can be used.
type Ending struct {
	Err   error
	Wrote string // the last of what it wrote to standard error
}

func (e *Ending) Error() string { return e.Err.Error() }
func (e *Ending) Unwrap() error { return e.Err }

// Output runs a command of the shell in a folder to its end, without standard input, and
// returns what it writes to standard output. It ends with ctx, and with all that it
// started. What it wrote to standard error is in an [Ending].
func Output(ctx context.Context, text, dir string) ([]byte, error) {
	runtime.LockOSThread() // Linux kills it when the thread ends that started it
	defer runtime.UnlockOSThread()
	args := Shell(text)
	command := exec.CommandContext(ctx, args[0], args[1:]...)
	out, wrote := &firstBytes{}, &Tail{}
	command.Dir, command.Env, command.Stdout, command.Stderr = dir, os.Environ(), out, wrote
	ownGroup(command)
	command.Cancel = func() error {
		killGroup(command)
		return nil
	}
	command.WaitDelay = outputGrace
	err := command.Run()
	if command.Process != nil {
		killGroup(command) // what it left running
	}
	if errors.Is(err, exec.ErrWaitDelay) { // that held the pipe: what was written is whole
		err = nil
	}
	switch {
	case ctx.Err() != nil:
		err = context.Cause(ctx)
	case err == nil && out.more:
		err = fmt.Errorf("it wrote more than %d bytes", longestOutput)
	}
	if err != nil {
		return nil, &Ending{err, wrote.said()}
	}
	return out.text, nil
}

// firstBytes keeps the beginning of what is written.
type firstBytes struct {
	text []byte
	more bool
}

// Write implements io.Writer.
func (f *firstBytes) Write(p []byte) (int, error) {
	kept := p[:min(len(p), longestOutput-len(f.text))]
	f.text, f.more = append(f.text, kept...), f.more || len(kept) < len(p)
	return len(p), nil
}
