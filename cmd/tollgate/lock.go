package main

import (
	"errors"
	"fmt"
	"path/filepath"
)

// errLocked says that another process holds a lock.
var errLocked = errors.New("another process holds the lock")

// lock keeps two checks of one run, or two reruns in one folder, from running at the
// same time, which would disturb both measurements. It is an advisory lock of the
// operating system, which ends with the process and leaves no file.
func lock(dir string) (free func(), err error) {
	free, err = lockDir(dir)
	switch {
	case errors.Is(err, errLocked):
		return nil, fmt.Errorf("%s is being checked by another process: wait until it has finished", filepath.Clean(dir))
	case err != nil:
		return nil, fmt.Errorf("cannot lock %s: %w", dir, err)
	}
	return free, nil
}
