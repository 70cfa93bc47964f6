package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
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

// writeWhole writes a file that is there whole or not at all.
func writeWhole(name string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(name), ".tollgate-*")
	if err != nil {
		return unwritable(name, err)
	}
	_, err = f.Write(data)
	err = errors.Join(err, f.Chmod(0o644), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		return errors.Join(unwritable(name, err), os.Remove(f.Name()))
	}
	return nil
}

// unwritable says which file cannot be written: the error names the temporary one.
func unwritable(name string, err error) error {
	if wrapped, ok := errors.AsType[*fs.PathError](err); ok {
		err = wrapped.Err
	}
	return fmt.Errorf("cannot write %s: %w", name, err)
}
