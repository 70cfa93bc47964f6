package scenarios

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"tollgate/pricing/document"
	"tollgate/targets"
)

// An input is a scenario file as it is being read.
type input struct {
	*document.Document
	folder  string   // that the files it refers to are in
	engines []string // that it may ask for; none: any
	files   []File   // that were read
	secrets []targets.Secret
	values  *Values
	pages   pages            // that targets have
	hosts   []targets.Target // that steps may go to besides the target

	addresses  []typedAddress // of targets; checked when it is known whether messages are sent
	signatures []ownSignature // checked when it is known what is sent where
	headers    []ownHeaders   // likewise
	chosen     []chosenAt     // by replays; checked when all requests are known
}

// Fields are the keys of a mapping in an input.
type fields struct {
	document.Fields
	in *input
}

// fields takes a value as a mapping with the known keys.
func (in *input) fields(v document.Value, known ...string) fields {
	return fields{v.Fields(known...), in}
}

// A File is one that a scenario refers to, as it was when it was read: a body,
// arrivals to replay, data, or certificates.
type File struct {
	Name   string          // as the scenario has it: relative to its folder, or where it is on this machine
	digest string          // "" of a private key
	upload *targets.Upload // not nil: it was not read yet
}

// Digest is the SHA-256 of the file in hexadecimal, "" of a private key.
func (f File) Digest() (string, error) {
	if f.upload != nil {
		return f.upload.Digest()
	}
	return f.digest, nil
}

// digestOf distinguishes two files.
func digestOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// refers remembers a file that was read; "" is none.
func (in *input) refers(name string, data []byte) {
	if name != "" {
		in.refersTo(File{Name: name, digest: digestOf(data)})
	}
}

func (in *input) refersTo(f File) {
	if !slices.Contains(in.files, f) {
		in.files = append(in.files, f)
	}
}

// mentions reports a name that is neither empty nor known.
func mentions(v document.Value, what, name string, known []string) {
	if name != "" && len(known) > 0 && !slices.Contains(known, name) {
		v.Problem("the scenario has no %s %q%s (it has %s)", what, name, document.DidYouMean(name, known), strings.Join(known, ", "))
	}
}
