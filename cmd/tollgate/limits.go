package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"tollgate/pricing/document"
	"tollgate/scenarios"
)

// The variables that limit every run. They are no flags: nothing on the command
// line takes their place.
const (
	envAllow   = envPrefix + "ALLOW"
	envMaxRate = envPrefix + "MAX_RATE"
)

const limitsHelp = `LIMITS
  TOLLGATE_ALLOW     the only hosts that load is sent to, separated by commas: names,
                     addresses, or "*." and a domain for every name below it
  TOLLGATE_MAX_RATE  requests a second that no run exceeds, at all targets together
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

func (r *configuredRate) UnmarshalText(text []byte) (err error) {
	r.Rate, err = scenarios.ParseMaxRate(string(text))
	return err
}

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
