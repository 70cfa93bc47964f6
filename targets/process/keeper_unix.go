//go:build unix

package process

import (
	"os"
	"os/exec"
	"syscall"
)

// keeping is what a keeper does: it remembers process groups until its standard
// input ends, as it does when this program is gone, however that came about. Then it
// ends the groups, and on Linux the processes that carry the mark.
const keeping = `
groups=
while read -r sign group; do
  case $sign in
  +) groups="$groups $group" ;;
  -) kept=
     for g in $groups; do [ "$g" = "$group" ] || kept="$kept $g"; done
     groups=$kept ;;
  esac
done
for g in $groups; do kill -9 "-$g" 2>/dev/null; done
if [ -d /proc/self ]; then
  for f in $(grep -lF -- "$1" /proc/[0-9]*/environ 2>/dev/null); do
    f=${f#/proc/}
    kill -9 "${f%/environ}" 2>/dev/null
  done
fi
exit 0
`

// newKeeper starts a keeper. Without a shell there is none: the rest of what
// ends processes must do then.
func newKeeper(mark string) *keeper {
	read, write, err := os.Pipe()
	if err != nil {
		return &keeper{}
	}
	defer read.Close()
	command := exec.Command("/bin/sh", "-c", keeping, "tollgate-keeper", mark)
	command.Stdin, command.Env = read, []string{"PATH=/usr/local/bin:/usr/bin:/bin"}
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // what is typed at the terminal is not for it
	if err := command.Start(); err != nil {
		write.Close()
		return &keeper{}
	}
	return &keeper{command: command, pipe: write}
}

func killGroup(command *exec.Cmd) {
	_ = syscall.Kill(-command.Process.Pid, syscall.SIGKILL) // fails when none of it is left
}

// SystemVariables are what every process of the system needs.
func SystemVariables() []string { return nil }

// Shell is what runs a text as a command.
func Shell(text string) []string { return []string{"/bin/sh", "-c", text} }
