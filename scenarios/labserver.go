package scenarios

import (
	"fmt"
	"slices"

	"tollgate/targets"
)

// LabServer is the address of a web server on this machine that answers in place of the
// function behind the lab's front doors.
type LabServer string

// UnmarshalText reads an address. Servers elsewhere are refused, since guards and the
// limits on hosts know only the targets of a run.
func (l *LabServer) UnmarshalText(text []byte) error {
	u, err := targets.ParseServer(string(text))
	if err != nil {
		return err
	}
	if !targets.Loopback(u.Hostname()) {
		return fmt.Errorf("%q is another machine: the lab of a run sends requests to this machine only, such as http://127.0.0.1:8000", u.Host)
	}
	*l = LabServer(text)
	return nil
}

// host is where the requests of a target at the lab arrive in the end; "": in the lab.
func (l LabServer) host() string {
	u, err := targets.ParseServer(string(l))
	if err != nil {
		return ""
	}
	return u.Hostname()
}

// reached are the hosts that receive the load of a target. The lab is this program.
func (s *Scenario) reached(t targets.Target) (hosts []string) {
	switch {
	case t.Lab:
		for _, server := range s.servers(t) {
			if host := server.host(); host != "" && !slices.Contains(hosts, host) {
				hosts = append(hosts, host)
			}
		}
		return hosts
	case t.URL == nil:
		return nil
	}
	return t.ReachedHosts()
}
