package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"tollgate/results"
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

// writeWhole writes a file that is there whole or not at all. The error names
// it, and not the temporary one.
func writeWhole(name string, data []byte) error {
	err := results.Replace(name, data)
	if wrapped, ok := errors.AsType[*fs.PathError](err); ok {
		err = wrapped.Err
	}
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", name, err)
	}
	return nil
}
