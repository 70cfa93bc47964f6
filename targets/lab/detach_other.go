//go:build !unix

package lab

import "os/exec"

// detach does nothing: there are no process groups to leave.
func detach(*exec.Cmd) {}
