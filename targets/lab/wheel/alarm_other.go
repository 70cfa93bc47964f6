//go:build !linux

package wheel

func newAlarm() (alarm, error) { return newTimer(), nil }
