package main

import (
	"fmt"
	"io"
	"os"
)

// mostInput is how much of a file is read that a person wrote.
const mostInput = 16 << 20

// readLimited reads a file that must be small enough for a person to have
// written it.
func readLimited(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, mostInput+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(data) > mostInput {
		return nil, fmt.Errorf("%s: larger than %d MB, which no such file is", name, mostInput>>20)
	}
	return data, nil
}
