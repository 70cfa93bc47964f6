//go:build unix

package main

import "syscall"

// noCore keeps the system from writing core files of this program and of what it
// starts. Where that fails, the limit is as the user set it.
func noCore() { _ = syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{}) }
