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
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if err != nil {
		fmt.Fprintf(stderr, "tollgate: %v\n", err)
	}
	return exitCode(err)
}
