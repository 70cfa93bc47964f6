package load

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// bindLate lets a socket that is bound to an address choose its port when it connects,
// so that a port serves for several targets at once: without it the ports of this
// machine would be used up by all of them together (ip(7), IP_BIND_ADDRESS_NO_PORT).
// Kernels before 4.2 do not know that.
func bindLate(c syscall.RawConn) error {
	const bindAddressNoPort = 24
	return c.Control(func(fd uintptr) { _ = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_IP, bindAddressNoPort, 1) })
}

// jiffy is the unit of /proc/stat: USER_HZ is 100 on every architecture that Go
// runs on.
const jiffy = 10 * time.Millisecond

// workSoFar reads the first line of /proc/stat (proc(5)): user nice system idle
// iowait irq softirq steal. Nothing is known where it cannot be read.
func workSoFar() work {
	text, _ := os.ReadFile("/proc/stat")
	line, _, _ := bytes.Cut(text, []byte("\n"))
	return parseWork(string(line))
}

func parseWork(line string) work {
	var ticks [8]time.Duration
	fields := strings.Fields(line)
	if len(fields) <= len(ticks) || fields[0] != "cpu" {
		return work{}
	}
	for i := range ticks {
		n, err := strconv.ParseInt(fields[i+1], 10, 64)
		if err != nil {
			return work{}
		}
		ticks[i] = time.Duration(n) * jiffy
	}
	const user, nice, system, irq, softIRQ, steal = 0, 1, 2, 5, 6, 7
	return work{
		busy:   ticks[user] + ticks[nice] + ticks[system] + ticks[irq] + ticks[softIRQ],
		stolen: ticks[steal], softIRQ: ticks[softIRQ],
	}
}

// waitsSoFar reads the second figure of each thread's schedstat: nanoseconds on a run
// queue (Documentation/scheduler/sched-stats.rst of Linux). Nothing is known where it
// cannot be read.
func waitsSoFar() waits {
	const tasks = "/proc/self/task"
	threads, _ := os.ReadDir(tasks)
	all := make(waits, len(threads))
	for _, t := range threads {
		text, _ := os.ReadFile(tasks + "/" + t.Name() + "/schedstat") // the thread may have ended
		if d, ok := parseWait(string(text)); ok {
			all[t.Name()] = d
		}
	}
	return all
}

func parseWait(text string) (time.Duration, bool) {
	var ran, waited int64
	n, _ := fmt.Sscan(text, &ran, &waited)
	return time.Duration(waited), n == 2
}

// sockets is how many TCP sockets are in use or in TIME_WAIT, each of which
// may hold a port.
func sockets() int {
	text, _ := os.ReadFile("/proc/net/sockstat") // 0 where it cannot be read
	return parseSockets(string(text))
}

func parseSockets(text string) int {
	for line := range strings.Lines(text) {
		var used, orphans, waiting int
		if n, _ := fmt.Sscanf(line, "TCP: inuse %d orphan %d tw %d", &used, &orphans, &waiting); n == 3 {
			return used + waiting
		}
	}
	return 0
}

// Ports is how many ports there are for outgoing connections, 0 where that is not known.
func Ports() int {
	text, _ := os.ReadFile("/proc/sys/net/ipv4/ip_local_port_range") // likewise
	var from, to int
	if n, _ := fmt.Sscan(string(text), &from, &to); n != 2 || to < from {
		return 0
	}
	return to - from + 1
}
