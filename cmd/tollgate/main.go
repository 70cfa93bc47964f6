// Command tollgate measures and prices API front doors of AWS: API Gateway
// REST and HTTP APIs, Lambda function URLs and Application Load Balancers.
//
// Every verb is one thin file: it reads flags, calls the packages that do the
// work and prints what they return. The result of a verb goes to standard
// output, progress and messages to standard error.
package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"tollgate/pricing/escape"
)

func main() {
	crashLoudly()
	ctx, stop := interruptible()
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
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
		fmt.Fprintf(stderr, "tollgate: %v\n", err)
	}
	return exitCode(err)
}

// bytesOut is standard output for programs, which want every byte as it is.
func bytesOut(c *cobra.Command) io.Writer { return escape.Raw(c.OutOrStdout()) }
