package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tollgate/scenarios/sources"
	"tollgate/targets"
	"tollgate/targets/lab"
	"tollgate/targets/process"
)

// pairFlags say how two versions are served and what they receive: ab and bisect have them.
type pairFlags struct {
	path     string
	file     string
	target   string
	function bool
	memory   string
	within   time.Duration

	name   string // of the scenario that is made
	blocks int    // and its load, where no flag says it
	length time.Duration
	turn   uint64 // of several runs: the order of blocks differs
}

// pairHelp is what ab and bisect say of requests.
const pairHelp = `Requests are described by the flags that curl has, as for tollgate run URL; --path is
that of commands. Or --scenario FILE has them: the versions take the place of its
target (--target chooses one of several), and its probes are left out. --set replaces
any value.`

func (f *pairFlags) flags(c *cobra.Command) {
	flags := c.Flags()
	flags.StringVar(&f.path, "path", "/", "of commands: the `path` of the request, with its query")
	flags.StringVar(&f.file, "scenario", "", "scenario `file`, or a name of the library, whose target both take the place of")
	flags.StringVar(&f.target, "target", "", "`target` of the scenario whose place both take, if it has several")
	flags.BoolVar(&f.function, "function", false, "the commands are Lambda functions: the lab runs them behind a front door of --kind")
	flags.StringVar(&f.memory, "memory", "", "`size` of the functions, such as 512MB (default: that of the scenario, or 512MB)")
	flags.DurationVar(&f.within, "ready-within", servesWithin, "how `long` a command may take to answer its first request")
}

// A pair is two versions that are compared.
type pair struct {
	base, head string // a command, an address, or lab
	commands   [2]bool
	paths      [2]string // behind the addresses of commands and of the lab
	dirs       [2]string
	functions  map[string]lab.Function
}

// bothSides asks for the two sides of ab.
const bothSides = "name both versions: --base and --head, each a command, an address, git:REV or stack:NAME"

// pair sorts what --base and --head say; dirs are where the sides start that are revisions.
func (f *pairFlags) pair(sides, dirs [2]string) (*pair, error) {
	p := &pair{base: sides[0], head: sides[1], dirs: dirs}
	for i, side := range sides {
		if side == "" {
			return nil, errors.New(bothSides)
		}
		p.commands[i] = dirs[i] != "" || isCommand(side)
		if f.function && !p.commands[i] {
			return nil, fmt.Errorf("%s: an address is no function: leave --function out, or name a command", shown(side))
		}
	}
	return f.sides(p)
}

// sides says where the sides are served.
func (f *pairFlags) sides(p *pair) (*pair, error) {
	if f.function {
		return p, f.inLab(p)
	}
	if f.memory != "" {
		return nil, errors.New("--memory is of functions: add --function")
	}
	for i, command := range p.commands {
		if command {
			p.paths[i] = slashed(f.path, f.file)
		}
	}
	return p, nil
}

// inLab makes the commands functions in the lab.
func (f *pairFlags) inLab(p *pair) error {
	memory := lab.Megabytes(0)
	if f.memory != "" {
		if err := memory.UnmarshalText([]byte(f.memory)); err != nil {
			return fmt.Errorf("--memory %s: %w", f.memory, err)
		}
	}
	p.functions = map[string]lab.Function{
		sources.Base: {Command: process.Shell(p.base), Dir: p.dirs[0], Memory: memory},
		sources.Head: {Command: process.Shell(p.head), Dir: p.dirs[1], Memory: memory},
	}
	p.commands = [2]bool{}
	p.base, p.head, p.paths = sources.Lab, sources.Lab, [2]string{slashed(f.path, f.file), slashed(f.path, f.file)}
	return nil
}

// slashed is a path, which a scenario has in its requests.
func slashed(path, scenario string) string {
	if scenario != "" {
		return ""
	}
	return "/" + strings.TrimPrefix(path, "/")
}

// shown is a side for a message: an address may hold a password.
func shown(side string) string {
	if i := strings.LastIndex(side, "@"); i >= 0 {
		return side[i+1:]
	}
	return side
}

// isCommand says whether a side is a command, and not an address. What has blanks is a
// command, and so is the name of a file or program, except where the scheme of HTTP says
// that an address is meant.
func isCommand(side string) bool {
	if strings.HasPrefix(side, "http://") || strings.HasPrefix(side, "https://") {
		return false
	}
	if strings.ContainsAny(side, " \t") || !sources.IsAddress(side) || exists(side) {
		return true
	}
	_, err := exec.LookPath(side)
	return err == nil
}

// rate is the load of a pair that says nothing of it.
func (p *pair) rate() string {
	if p.commands[0] && p.commands[1] {
		return rateOfCommand
	}
	return rateOfAddresses
}

// startedServers are those that commands started, of the sides of a pair. They must be closed.
type startedServers struct {
	servers [2]*process.Server
	secrets []string
}

// A notServed says which of the commands does not serve, and why.
type notServed struct {
	side int
	err  error
}

func (n *notServed) Error() string { return n.err.Error() }

// start starts the commands of a pair. What it returns is never nil.
func (p *pair) start(ctx context.Context, within time.Duration) (*startedServers, error) {
	s := &startedServers{secrets: targets.SecretVariables(os.Environ())}
	for i, side := range []struct{ name, text string }{{sources.Base, p.base}, {sources.Head, p.head}} {
		if !p.commands[i] {
			continue
		}
		server, err := process.Serve{Name: side.name, Command: side.text, Dir: p.dirs[i], Within: within}.Start(ctx)
		switch {
		case err != nil && ctx.Err() != nil:
			return s, coded{exitInterrupted, err}
		case err != nil:
			return s, &notServed{i, s.masked(err)}
		}
		s.servers[i] = server
	}
	return s, nil
}

// side is where a side is served.
func (s *startedServers) side(text string, i int) sources.Side {
	if s.servers[i] != nil {
		return sources.Side{Address: s.servers[i].URL, Server: true}
	}
	return sources.Side{Address: text}
}

func (s *startedServers) close() {
	for _, server := range s.servers {
		if server != nil {
			server.Close()
		}
	}
}

// failed is which of the servers ended by itself.
func (s *startedServers) failed() error {
	var all []error
	for _, server := range s.servers {
		if server != nil {
			all = append(all, server.Failed())
		}
	}
	return errors.Join(all...)
}

// hide masks secrets in what servers wrote.
func (s *startedServers) hide(secrets []targets.Secret) {
	for _, secret := range secrets {
		s.secrets = append(s.secrets, secret.Reveal())
	}
}

// masked is an error without secrets.
func (s *startedServers) masked(err error) error {
	if err == nil {
		return nil
	}
	text := err.Error()
	for _, secret := range s.secrets {
		if len(secret) >= targets.LeastSecret {
			text = strings.ReplaceAll(text, secret, targets.Masked)
		}
	}
	if text == err.Error() {
		return err
	}
	return coded{exitCode(err), errors.New(text)}
}
