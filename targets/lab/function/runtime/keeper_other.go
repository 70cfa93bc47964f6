//go:build !unix

package runtime

import (
	"os"
	"os/exec"
)

func newKeeper(string) *keeper { return &keeper{} }

func killGroup(command *exec.Cmd) { _ = command.Process.Kill() } // fails when it has ended

// systemVariables are what every process of the system needs.
func systemVariables() []string {
	var vars []string
	for _, name := range []string{"SystemRoot", "TEMP", "TMP", "PATHEXT", "ComSpec"} {
		if value, set := os.LookupEnv(name); set {
			vars = append(vars, name+"="+value)
		}
	}
	return vars
}

func ownGroup(*exec.Cmd) {}
