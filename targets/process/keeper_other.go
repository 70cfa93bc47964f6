//go:build !unix

package process

import (
	"os"
	"os/exec"
)

func newKeeper(string) *keeper { return &keeper{} }

func killGroup(command *exec.Cmd) { _ = command.Process.Kill() } // fails when it has ended

// SystemVariables are what every process of the system needs.
func SystemVariables() []string {
	var vars []string
	for _, name := range []string{"SystemRoot", "TEMP", "TMP", "PATHEXT", "ComSpec"} {
		if value, set := os.LookupEnv(name); set {
			vars = append(vars, name+"="+value)
		}
	}
	return vars
}

func ownGroup(*exec.Cmd) {}

// Shell is what runs a text as a command.
func Shell(text string) []string {
	if shell := os.Getenv("ComSpec"); shell != "" {
		return []string{shell, "/C", text}
	}
	return []string{"sh", "-c", text}
}
