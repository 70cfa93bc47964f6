package calibration

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os/exec"
	"strings"
	"sync"
	"time"
)

const answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

const maxLine = 4096

// Serve is a sink: it writes its address to stdout, as one line, and answers
// every request without a body on loopback alike, until stdin ends.
func Serve(ctx context.Context, stdin io.Reader, stdout io.Writer) error {
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(stdout, "http://%s\n", l.Addr()); err != nil {
		return errors.Join(err, l.Close())
	}
	ctx, end := context.WithCancel(ctx)
	go func() {
		defer end()
		_, _ = io.Copy(io.Discard, stdin)
		_ = l.Close()
	}()
	var open sync.WaitGroup
	for {
		c, err := l.Accept()
		if err != nil {
			open.Wait()
			return nil // stdin has ended, or nothing can come any more
		}
		context.AfterFunc(ctx, func() { _ = c.Close() })
		open.Go(func() { answerAll(c) })
	}
}

// answerAll answers at each empty line, which is where a request without a body
// ends.
func answerAll(c net.Conn) {
	defer func() { _ = c.Close() }()
	b := bufio.NewReaderSize(c, maxLine)
	for {
		line, err := b.ReadSlice('\n')
		if err != nil {
			return
		}
		if len(line) <= 2 {
			if _, err := io.WriteString(c, answer); err != nil {
				return
			}
		}
	}
}

type sink struct {
	address string
	stdin   io.Closer
	command *exec.Cmd
}

const startTimeout = 5 * time.Second

func spawn(ctx context.Context, exe string, args []string) (*sink, error) {
	command := exec.CommandContext(ctx, exe, args...)
	command.WaitDelay = startTimeout
	stdin, err := command.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := command.Start(); err != nil {
		return nil, err
	}
	s := &sink{stdin: stdin, command: command}
	late := time.AfterFunc(startTimeout, func() { _ = command.Process.Kill() })
	line, err := bufio.NewReader(io.LimitReader(stdout, maxLine)).ReadString('\n')
	late.Stop()
	s.address = strings.TrimSpace(line)
	if err == nil && !strings.HasPrefix(s.address, "http://127.0.0.1:") {
		err = fmt.Errorf("it said %q instead of its address", s.address)
	}
	if err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

func (s *sink) close() error { return errors.Join(s.stdin.Close(), s.command.Wait()) }
