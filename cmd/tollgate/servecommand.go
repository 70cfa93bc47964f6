package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"time"

	"tollgate/scenarios"
	"tollgate/targets"
	"tollgate/targets/process"
)

// servesWithin is how long a command may take to answer its first request, where no flag
// says it.
const servesWithin = 30 * time.Second

// startServer starts the web server that --serve names, where the scenario has it answer.
// What it returns is never nil; it must be closed.
func (r *runFlags) startServer(ctx context.Context, s *scenarios.Scenario) (*startedServers, error) {
	started := &startedServers{secrets: targets.SecretVariables(os.Environ())}
	if r.server == "" {
		return started, nil
	}
	started.hide(s.Secrets)
	at, err := servesAt(s)
	if err != nil {
		return started, usage(err)
	}
	server, err := process.Serve{Name: "the server of --serve", Command: r.server, At: at, Within: servesWithin}.Start(ctx)
	switch {
	case err != nil && ctx.Err() != nil:
		return started, coded{exitInterrupted, err}
	case err != nil:
		return started, started.masked(err)
	}
	started.servers[0] = server
	return started, nil
}

// servesAt is the host and port where a scenario has a web server of this machine answer:
// behind the lab's front doors, or at the address that was typed.
func servesAt(s *scenarios.Scenario) (string, error) {
	var at *url.URL
	if s.Typed && len(s.Targets) > 0 {
		at = s.Targets[0].URL
	}
	if proxy := string(s.Lab.Function.Proxy); proxy != "" {
		var err error
		if at, err = targets.ParseServer(proxy); err != nil {
			return "", fmt.Errorf("--serve: %w", err)
		}
	}
	if at == nil || at.Scheme != "http" || !targets.Loopback(at.Hostname()) {
		return "", errors.New("--serve: nothing says where its server answers: name an address of this machine, such as http://localhost:8000, in place of a scenario or with --function")
	}
	return net.JoinHostPort(at.Hostname(), cmp.Or(at.Port(), "80")), nil
}
