//go:build !linux

package wire

import (
	"errors"

	"tollgate/scenarios/load"
)

var errNotLinux = errors.New("it waits for its sockets with epoll, which only Linux has")

// Kind is the engine that takes the least of the machine: not of this one.
var Kind = load.Kind{
	Name:  "wire",
	Lacks: func(load.Needs) string { return errNotLinux.Error() },
	Open:  func(load.Job) (load.Engine, error) { return nil, errNotLinux },
}
