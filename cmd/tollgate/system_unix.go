//go:build unix

package main

import (
	"errors"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// lockDir locks a directory itself, so that no file is needed. On file systems without
// such locks, and on NFS, the check goes on without one.
func lockDir(dir string) (free func(), err error) {
	d, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	err = unix.Flock(int(d.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	switch {
	case errors.Is(err, unix.EWOULDBLOCK):
		return nil, errors.Join(errLocked, d.Close())
	case errors.Is(err, unix.ENOTSUP), errors.Is(err, unix.ENOLCK), errors.Is(err, unix.EBADF), errors.Is(err, unix.EINVAL):
	case err != nil:
		return nil, errors.Join(err, d.Close())
	}
	return func() { _ = d.Close() }, nil
}

// noCore keeps the system from writing core files of this program and of what it
// starts. Where that fails, the limit is as the user set it.
func noCore() { _ = syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{}) }
