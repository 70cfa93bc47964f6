package engines

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// answerAll serves without allocating: what is measured is the client.
func answerAll(c net.Conn) {
	answer := []byte(sized(200, `{"class":"iris-setosa"}`))
	b := make([]byte, 4096)
	for {
		if _, err := c.Read(b); err != nil {
			return
		}
		if _, err := c.Write(answer); err != nil {
			return
		}
	}
}

// answeringVariable makes this program a server that answers as answerAll does, until its
// standard input ends.
const answeringVariable = "TOLLGATE_TEST_ANSWERS"

// answer serves, and says where.
func answer() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println("http://" + l.Addr().String())
	go acceptAll(l, answerAll)
	_, _ = io.Copy(io.Discard, os.Stdin)
}

// answeringProcess is the address of such a server in another process.
func answeringProcess(tb testing.TB) string {
	tb.Helper()
	exe, err := os.Executable()
	if err != nil {
		tb.Fatal(err)
	}
	c := exec.CommandContext(tb.Context(), exe)
	c.Env = append(os.Environ(), answeringVariable+"=1")
	in, err := c.StdinPipe()
	if err != nil {
		tb.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		tb.Fatal(err)
	}
	if err := c.Start(); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		_ = in.Close()
		_ = c.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		tb.Fatal(err)
	}
	return strings.TrimSpace(line)
}
