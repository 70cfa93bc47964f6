//go:build linux

package main

import (
	"fmt"
	"io"
	"os"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(args []string, stdout io.Writer) error {
	verbs := map[string]func([]string, io.Writer) error{"peers": peers, "drive": drive, "floor": floor, "delay-server": serveDelay, "echo-server": serveEcho}
	if len(args) > 0 {
		if verb, ok := verbs[args[0]]; ok {
			return verb(args[1:], stdout)
		}
	}
	return fmt.Errorf("usage: bench peers|drive|floor|delay-server|echo-server [flags]")
}
