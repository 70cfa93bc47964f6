package document

import (
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
)

// Stdin is what messages call standard input.
const Stdin = "stdin"

// IsStdin reports whether a name stands for standard input.
func IsStdin(name string) bool { return name == "-" || name == "/dev/stdin" }

// open matches names of files that the parent process has opened, such as those of
// the shell's <(command).
var open = regexp.MustCompile(`^/(dev|proc/self)/fd/[0-9]+$`)

// ReadFile reads at most most bytes of a file, and one more, by which its reader
// sees that it is too large. Other pipes and devices are refused: reading
// one might never end.
func ReadFile(name string, stdin io.Reader, most int) ([]byte, error) {
	if IsStdin(name) {
		return read(stdin, most)
	}
	info, err := os.Stat(name)
	switch {
	case err != nil:
		return nil, err
	case info.IsDir():
		return nil, fmt.Errorf("%s is a folder: give the file in it", name)
	case !info.Mode().IsRegular() && !open.MatchString(name):
		return nil, fmt.Errorf("%s is a pipe or a device and not a file: write - to read standard input", name)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return read(f, most)
}

func read(r io.Reader, most int) ([]byte, error) {
	if r == nil {
		return nil, errors.New("standard input cannot be read here: give a file")
	}
	return io.ReadAll(io.LimitReader(r, int64(most)+1))
}
