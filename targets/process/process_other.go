//go:build !linux

package process

// Uses is known on Linux only: elsewhere neither memory nor processes are limited.
func Uses() map[int]Use { return nil }

// Peak is known on Linux only.
func Peak(int) int64 { return 0 }

func sweep(string) {}
