//go:build !linux

package timer

func newAlarm() (alarm, error) { return newRuntimeAlarm(), nil }
