package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"tollgate/pricing/document"
	"tollgate/scenarios"
)

// envPrefix begins the variables that this program reads.
const envPrefix = "TOLLGATE_"

// flagsFromEnvironment gives each flag that was not typed the value of its
// environment variable, if there is one. A variable that no flag and no limit is
// named like is an error: a limit that is misspelled would limit nothing.
func flagsFromEnvironment(c *cobra.Command, _ []string) error {
	var errs []error
	c.Flags().VisitAll(func(f *pflag.Flag) {
		name := variableOf(f)
		value, ok := os.LookupEnv(name)
		if !ok || f.Changed || f.Name == "help" || f.Name == "version" {
			return
		}
		if e := c.Flags().Set(f.Name, value); e != nil {
			if f.Value.Type() == "bool" {
				e = errors.New("say true or false")
			}
			errs = append(errs, fmt.Errorf("%s=%s: %w", name, value, e))
		}
	})
	return usage(errors.Join(append(errs, unknownVariables(variables(c.Root()), os.Environ())...)...))
}

// variableOf is the environment variable of a flag.
func variableOf(f *pflag.Flag) string {
	return envPrefix + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
}

// variables are all that mean something to any command.
func variables(root *cobra.Command) []string {
	names := []string{envAllow, envMaxRate, envPrefix + "HELP", envPrefix + "VERSION"}
	var walk func(*cobra.Command)
	walk = func(c *cobra.Command) {
		c.LocalFlags().VisitAll(func(f *pflag.Flag) { names = append(names, variableOf(f)) })
		for _, sub := range c.Commands() {
			walk(sub)
		}
	}
	walk(root)
	slices.Sort(names)
	return slices.Compact(names)
}

// unknownVariables reports those of the environment that mean nothing. Case
// matters, save where the system itself takes no notice of it: elsewhere
// TOLLGATE_allow would be read by nothing.
func unknownVariables(known, environ []string) (errs []error) {
	for _, e := range environ {
		name, _, _ := strings.Cut(e, "=")
		upper := strings.ToUpper(name)
		if !strings.HasPrefix(upper, envPrefix) {
			continue
		}
		if !slices.Contains(known, upper) || upper != name && runtime.GOOS != "windows" {
			errs = append(errs, fmt.Errorf("%s is set, and tollgate has no such variable%s", name, document.DidYouMean(upper, known)))
		}
	}
	slices.SortFunc(errs, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return errs
}

// The variables that limit every run. They are no flags: nothing on the command
// line takes their place.
const (
	envAllow   = envPrefix + "ALLOW"
	envMaxRate = envPrefix + "MAX_RATE"
)

const limitsHelp = `LIMITS
  TOLLGATE_ALLOW     the only hosts that load is sent to, separated by commas: names,
                     addresses, or "*." and a domain for every name below it
  TOLLGATE_MAX_RATE  the rate that no run exceeds, at all targets together, such as 200/s
  config.yaml        in the folder tollgate of the user's configuration (on Linux
                     ~/.config/tollgate): allow, a list, and max_rate

A scenario may narrow them (allow, max_rate). The strictest of all holds; a run that
would exceed one is refused with status 97. What this program serves itself on
loopback, the lab, is allowed as a host, and held to the rate.`

// A configuration is the user's own file.
type configuration struct {
	Allow   []scenarios.HostPattern `json:"allow"`
	MaxRate configuredRate          `json:"max_rate"`
}

type configuredRate struct{ scenarios.Rate }

// Decode reads a rate such as 200/s; a number alone, as it was once written, is per
// second.
func (r *configuredRate) Decode(v document.Value) { r.Rate = v.Was("/s").Rate() }

// limits are those that the environment and the user's configuration set.
func limits() ([]scenarios.Limit, error) {
	fromEnv, err := envLimit(os.LookupEnv)
	all := []scenarios.Limit{fromEnv}
	folder, noHome := os.UserConfigDir()
	if noHome == nil { // else there is no place where a file could be
		configured, e := fileLimit(filepath.Join(folder, "tollgate", "config.yaml"))
		all, err = append(all, configured), errors.Join(err, e)
	}
	return all, usage(err)
}

// envLimit reads the limits of the environment.
func envLimit(env func(string) (string, bool)) (l scenarios.Limit, err error) {
	l.Allowed, l.Rated = envAllow, envMaxRate
	if text, set := env(envAllow); set {
		for part := range strings.SplitSeq(text, ",") {
			p, e := scenarios.ParseHostPattern(part)
			if e != nil {
				err = errors.Join(err, fmt.Errorf("%s: %w", envAllow, e))
			}
			l.Allow = append(l.Allow, p)
		}
	}
	if text, set := env(envMaxRate); set {
		r, e := scenarios.ParseMaxRate(text)
		if e != nil {
			err = errors.Join(err, fmt.Errorf("%s: %w", envMaxRate, e))
		}
		l.MaxRate = r
	}
	return l, err
}

// fileLimit reads those of the user's configuration; a file that is not there
// limits nothing, and one that cannot be read is an error.
func fileLimit(name string) (l scenarios.Limit, err error) {
	_, data, err := readInput(nil, name)
	if errors.Is(err, fs.ErrNotExist) {
		return l, nil
	}
	if err != nil {
		return l, fmt.Errorf("the limits of your configuration cannot be read: %w", err)
	}
	var c configuration
	err = document.Read(name, data, &c).Errors(func() error {
		if c.Allow != nil && len(c.Allow) == 0 {
			return errors.New("allow: allows no host: name some, or remove it")
		}
		return nil
	})
	return scenarios.Limit{Allowed: "allow: in " + name, Allow: c.Allow, Rated: "max_rate: in " + name, MaxRate: c.MaxRate.Rate}, err
}
