//go:build !linux

package load

import (
	"crypto/tls"
	"errors"
)

var errNotLinux = errors.New("wire waits for its sockets with epoll, which only Linux has")

// wireServes says why wire cannot run on this system.
func wireServes() error { return errNotLinux }

func openWire(Job, *tls.Config) (Engine, error) { return nil, errNotLinux }
