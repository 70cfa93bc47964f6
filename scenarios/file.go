package scenarios

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
)

// A File is one that a scenario refers to, as it was when it was read: a body,
// or arrivals to replay.
type File struct {
	Name   string // as the scenario has it, within its folder
	Digest string // SHA-256 in hexadecimal
}

// digestOf is what tells two files apart.
func digestOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// refers remembers a file that was read.
func (in *input) refers(name string, data []byte) {
	f := File{Name: name, Digest: digestOf(data)}
	if !slices.Contains(in.files, f) {
		in.files = append(in.files, f)
	}
}
