//go:build unix

package lab

import (
	"os/exec"
	"syscall"
)

// detach puts the child into a process group of its own: an interrupt typed at
// the terminal is for the parent, which still has to observe the lab.
func detach(c *exec.Cmd) { c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }
