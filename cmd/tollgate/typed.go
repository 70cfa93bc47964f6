package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"tollgate/scenarios"
	"tollgate/scenarios/load/engines"
	"tollgate/scenarios/sources"
	"tollgate/targets"
)

// loadFlags are the flags by which run and plan take an address in place of a scenario,
// or replace values of a scenario file.
type loadFlags struct {
	requestFlags
	serverFlags
	set  []string
	http string
}

func (f *loadFlags) flags(c *cobra.Command) {
	f.requestFlags.flags(c)
	c.Flags().StringArrayVar(&f.set, "set", nil, "`path=value` that replaces a value of the scenario, such as load[0].constant.rate=50/s; null removes a key (may be repeated)")
	c.Flags().StringVar(&f.http, "http", "", "`version` of HTTP: auto (HTTP/2 where an https target offers it), 1.1 or 2")
	_ = c.RegisterFlagCompletionFunc("http", cobra.FixedCompletions(scenarios.Protocols, cobra.ShellCompDirectiveNoFileComp))
}

// addressHelp is what run and plan say of addresses and overrides.
const addressHelp = `In place of a scenario an address will do, with the flags that curl has for a request:
5 requests a second for 10 s, unless --rate, --for or --users say otherwise. The kind of
front door and its region follow from the host. The scenario that is made of it is kept
in the run directory, to go on from (tollgate init FILE --from-run latest). Secrets in
headers, in the address and in --user are written to no file: the scenario has a reference
such as ${env:API_KEY} in their place. Write such references yourself, in single quotes,
to keep secrets out of the history of your shell.

An address that begins with wss:// or ws:// is sent messages over WebSocket: --data is the
message, --reply how its reply is found, and headers are those of the handshake.

A server's certificate is verified by the authorities that this machine trusts, on Linux
those of SSL_CERT_FILE if that is set, or by those in --cacert alone. A proxy is used only
where --proxy names it: --proxy environment takes the one of HTTPS_PROXY or HTTP_PROXY.

With a scenario --rate, --for, --users and --set replace values of the file, for this run
only. The run directory has the scenario as it ran.`

// requestFlags describe a request and its load.
type requestFlags struct {
	connectionFlags
	kind, region               string
	method, data, user         string
	headers                    []string
	timeout, rate, for_, users string
	reply                      string
	compressed                 bool
}

func (f *requestFlags) flags(c *cobra.Command) {
	flags := c.Flags()
	flags.StringVarP(&f.rate, "rate", "r", "", "arrival `rate`, such as 200/s (of an address: "+sources.DefaultRate+")")
	flags.StringVarP(&f.for_, "for", "d", "", "`length` of the load, such as 30s (of an address: "+sources.DefaultFor+")")
	flags.StringVar(&f.users, "users", "", "`number` of users who wait for each response, in place of a rate")
	flags.StringVarP(&f.method, "request", "X", "", "of an address: the `method` (default: GET, or POST with --data)")
	flags.StringArrayVarP(&f.headers, "header", "H", nil, "of an address: a header, as `\"Name: value\"` (may be repeated)")
	flags.StringVar(&f.data, "data", "", "of an address: the body, or the message; `@file` reads it from a file, @- from standard input")
	flags.StringVar(&f.reply, "reply", "", "of wss://…: how the `reply` to a message is found: in-order, none, or '$.id'")
	flags.StringVarP(&f.user, "user", "u", "", "of an address: `name:password` for Basic authentication")
	flags.BoolVar(&f.compressed, "compressed", false, "of an address: ask for compressed responses, and decode them")
	flags.StringVar(&f.timeout, "timeout", "", "of an address: how `long` a response may take, such as 5s")
	flags.StringVar(&f.region, "region", "", "of an address: the AWS `region`, where the host does not say it")
	f.connectionFlags.flags(c)
	var kinds []string
	for _, k := range targets.Kinds {
		kinds = append(kinds, k.Name)
	}
	flags.StringVar(&f.kind, "kind", "", "of an address: the `kind` of front door ("+strings.Join(kinds, ", ")+"), where the host does not say it")
	_ = c.RegisterFlagCompletionFunc("kind", cobra.FixedCompletions(kinds, cobra.ShellCompDirectiveNoFileComp))
	_ = c.RegisterFlagCompletionFunc("request", cobra.FixedCompletions(scenarios.Methods(), cobra.ShellCompDirectiveNoFileComp))
}

// ofAddress are the flags that mean nothing without an address.
var ofAddress = append([]string{"request", "header", "data", "reply", "user", "compressed", "timeout", "kind", "region"}, connectionNames...)

// typedFlags are those of some flags that were typed.
func typedFlags(c *cobra.Command, names ...string) (typed []string) {
	for _, name := range names {
		f := c.Flags().Lookup(name)
		if _, fromEnvironment := os.LookupEnv(variableOf(f)); f.Changed && !fromEnvironment {
			typed = append(typed, "--"+name)
		}
	}
	return typed
}

// request is the request that the flags describe, at an address.
func (f *requestFlags) request(c *cobra.Command, address string) (r sources.Request, err error) {
	r = sources.Request{
		Address: address, Kind: f.kind, Region: f.region, Method: f.method, Headers: f.headers, User: f.user,
		Timeout: f.timeout, Reply: f.reply, Compressed: f.compressed, Rate: f.rate, For: f.for_, Users: f.users,
	}
	if r.Connection, err = f.connection(); err != nil {
		return r, err
	}
	switch file, isFile := strings.CutPrefix(f.data, "@"); {
	case isFile:
		_, body, err := readInput(c.InOrStdin(), file)
		if err != nil {
			return r, usage(fmt.Errorf("--data: %w", err))
		}
		r.Data = &sources.Data{Bytes: body, Literal: true}
	case c.Flags().Changed("data"):
		r.Data = &sources.Data{Bytes: []byte(f.data)}
	}
	return r, nil
}

// made makes a scenario of an address, behind front doors of the lab as well, if some are
// named.
func (f *requestFlags) made(c *cobra.Command, address string, behind []string) (*sources.Made, error) {
	r, err := f.request(c, address)
	if err != nil {
		return nil, err
	}
	r.Behind, r.Example = behind, c.Name() == "init"
	m, err := r.Scenario(os.LookupEnv)
	return m, usage(err)
}

// scenario reads the scenario that is named, or makes one of an address, and replaces
// values as the flags say.
func (f *loadFlags) scenario(c *cobra.Command, name string) (*scenarios.Scenario, error) {
	if !sources.IsAddress(name) || exists(name) {
		if given := typedFlags(c, ofAddress...); len(given) > 0 {
			return nil, usage(fmt.Errorf("%s: of an address only; in a scenario such values are replaced with --set, such as --set requests[0].path=/health", strings.Join(given, ", ")))
		}
		if len(f.behind) > 0 {
			return nil, usage(errors.New("--behind: of an address only: in a scenario --function has a server answer at the targets of the lab"))
		}
		s, err := readScenario(c, name, f.overrides())
		if err != nil {
			return nil, err
		}
		return s, f.serverFlags.check(s)
	}
	if f.function != "" {
		return nil, usage(errors.New("--function: of a scenario only: with the address of a server write --behind all"))
	}
	made, err := f.made(c, name, f.behind)
	if err != nil {
		return nil, err
	}
	return typedScenario(c, made, scenarios.Overrides{HTTP: f.http, Set: f.set})
}

// overrides are the values that the flags put in place of those of a file.
func (f *loadFlags) overrides() scenarios.Overrides {
	return scenarios.Overrides{Rate: f.rate, For: f.for_, Users: f.users, HTTP: f.http, Function: f.function, Set: f.set}
}

// typedScenario reads a scenario that was made, with values replaced.
func typedScenario(c *cobra.Command, made *sources.Made, o scenarios.Overrides) (*scenarios.Scenario, error) {
	s, err := scenarios.ParseOverridden(typedFile, made.Text, o, made.Lookup(os.LookupEnv), engines.All.Names()...)
	if err != nil {
		return nil, usage(inFlags(err))
	}
	s.Typed, s.Folder = true, ""
	for _, text := range made.Notes {
		fmt.Fprintf(c.ErrOrStderr(), "note: %s\n", text)
	}
	return s, nil
}

// typedFile is what messages call the scenario that was made of an address.
const typedFile = "the command"

// shownBy says how to see what a run would send.
func shownBy(s *scenarios.Scenario) string {
	if s.Typed || len(s.Overridden) > 0 {
		return "tollgate plan with the same arguments shows what would be"
	}
	return fmt.Sprintf("tollgate plan %s shows what would be", s.File)
}
