package process

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// ownGroup gives a command a process group of its own, and lets the kernel kill it
// when the thread that starts it dies.
func ownGroup(c *exec.Cmd) {
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// Uses looks at every process of the machine once and sums them by group.
func Uses() map[int]Use {
	found := map[int]Use{}
	for _, pid := range processIDs() {
		text, err := os.ReadFile("/proc/" + pid + "/stat")
		if err != nil {
			continue // it has ended
		}
		// The second field is a name in parentheses and may hold anything.
		_, rest, _ := bytes.Cut(text[bytes.LastIndexByte(text, ')')+1:], []byte(" "))
		fields := strings.Fields(string(rest))
		const group, resident = 2, 21 // the 5th and the 24th of all
		if len(fields) <= resident {
			continue
		}
		id, _ := strconv.Atoi(fields[group])
		pages, _ := strconv.ParseInt(fields[resident], 10, 64)
		u := found[id]
		found[id] = Use{u.Processes + 1, u.Resident + pages*int64(os.Getpagesize())}
	}
	return found
}

func processIDs() []string {
	dir, err := os.Open("/proc")
	if err != nil {
		return nil
	}
	defer dir.Close()
	names, _ := dir.Readdirnames(-1) // what could be read will do
	ids := names[:0]
	for _, name := range names {
		if name[0] >= '0' && name[0] <= '9' {
			ids = append(ids, name)
		}
	}
	return ids
}

// Peak is the largest resident set that a process has had, in bytes.
func Peak(pid int) int64 {
	text, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "status"))
	if err != nil {
		return 0
	}
	_, rest, _ := bytes.Cut(text, []byte("VmHWM:"))
	number, _, _ := bytes.Cut(bytes.TrimSpace(rest), []byte(" "))
	kilobytes, _ := strconv.ParseInt(string(number), 10, 64)
	return kilobytes << 10
}

// sweep kills the processes that carry a mark: some leave their group.
func sweep(mark string) {
	for _, pid := range processIDs() {
		env, err := os.ReadFile("/proc/" + pid + "/environ")
		if err != nil || !bytes.Contains(env, []byte(MarkName+"="+mark)) {
			continue
		}
		if id, err := strconv.Atoi(pid); err == nil && id != os.Getpid() {
			_ = syscall.Kill(id, syscall.SIGKILL) // fails when it has ended
		}
	}
}
