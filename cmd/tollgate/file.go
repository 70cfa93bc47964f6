package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"

	"tollgate/pricing/document"
	"tollgate/results"
)

// readInput reads a file that a person or a program wrote for this one, or
// standard input if it is called - and there is one. The name is for messages.
func readInput(stdin io.Reader, file string) (name string, data []byte, err error) {
	if name = file; document.IsStdin(file) {
		name = document.Stdin
	}
	data, err = document.ReadFile(file, stdin, document.Large.Bytes)
	return name, data, err
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
