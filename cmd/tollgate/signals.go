package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// interruptible returns a context that ends with the first signal that asks the
// program to end: Ctrl-C, SIGTERM, or SIGHUP where that was not ignored from the
// start, as nohup does it. A second Ctrl-C or SIGTERM ends the program at once. A
// second SIGHUP does not: a terminal that closes may send two.
func interruptible() (ctx context.Context, stop func()) {
	asked := []os.Signal{os.Interrupt, syscall.SIGTERM}
	hangup := !signal.Ignored(syscall.SIGHUP)
	if hangup {
		asked = append(asked, syscall.SIGHUP)
	}
	ctx, stop = signal.NotifyContext(context.Background(), asked...)
	context.AfterFunc(ctx, func() {
		if hangup {
			signal.Ignore(syscall.SIGHUP)
		}
		stop()
	})
	return ctx, stop
}
