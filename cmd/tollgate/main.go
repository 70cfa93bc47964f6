// Command tollgate measures and prices API front doors of AWS: API Gateway
// REST, HTTP and WebSocket APIs, Lambda function URLs and Application Load Balancers.
//
// Every verb is one thin file: it reads flags, calls the packages that do the
// work and prints what they return. The result of a verb goes to standard
// output, progress and messages to standard error.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"syscall"

	"github.com/spf13/cobra"

	"tollgate/pricing/escape"
)

func main() {
	crashLoudly()
	collectLater()
	ctx, stop := interruptible()
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// startPercent is the garbage collector's percentage until its first collection: it begins
// when the heap has 16 MB, four times the runtime's least.
const startPercent = 400

// collectLater puts off the first collection. Most commands end before it; collections
// took a fifth of their time. After it the percentage is the runtime's again, unless
// the lab has set its own.
func collectLater() {
	if os.Getenv("GOGC") != "" {
		return
	}
	usual := debug.SetGCPercent(startPercent)
	runtime.AddCleanup(new([16]byte), func(usual int) {
		if now := debug.SetGCPercent(usual); now != startPercent {
			debug.SetGCPercent(now)
		}
	}, usual)
}

// run is the whole program as a function, for tests.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	root := newRoot()
	root.SetArgs(args)
	root.SetIn(stdin)
	stdout, stderr = escape.Lines(stdout), escape.Lines(stderr) // what is meant for programs is written with bytesOut
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if err != nil {
		printError(stderr, err)
	}
	return exitCode(err)
}

// bytesOut is standard output for programs, which want every byte as it is.
func bytesOut(c *cobra.Command) io.Writer { return escape.Raw(c.OutOrStdout()) }

// interruptible returns a context that ends with the first signal that asks the
// program to end: Ctrl-C, SIGTERM, or SIGHUP where that was not ignored from the
// start, as nohup does it. A second Ctrl-C or SIGTERM ends the program at once, unless the
// verb asked for it (see secondSignal). A second SIGHUP does not: a terminal that closes
// may send two.
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

// secondSignal returns a context that ends with the second signal from now on, which is a
// Ctrl-C or a SIGTERM: a terminal that closes may send SIGHUP twice. A verb that waits for
// something after the first one then waits no longer; a third one ends the program at once.
func secondSignal() (ctx context.Context, stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	asked := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		asked = append(asked, syscall.SIGHUP)
	}
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, asked...)
	go func() {
		defer signal.Stop(signals)
		for n := 0; n < 2; {
			select {
			case s := <-signals:
				if n == 0 || s != syscall.SIGHUP {
					n++
				}
			case <-ctx.Done():
				return
			}
		}
		cancel()
	}()
	return ctx, cancel
}

// crashLoudly makes a crash end by a signal (SIGABRT, 134 in a shell): Go's own exit
// code 2 is that of invalid input here. It writes no core file, which would hold
// secrets.
//
// Rejected: to run the work in a child and translate its exit code, which costs
// every signal, terminal and exit path a second process.
func crashLoudly() {
	noCore()
	debug.SetTraceback("crash")
}
