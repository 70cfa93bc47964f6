package scenarios

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"tollgate/pricing/document"
)

// MaxBody is the largest body of a request: what API Gateway accepts.
// Source: API Gateway developer guide, quotas.
const MaxBody = 10 << 20

// body reads the one key of json, body and file that is there.
func (f fields) body(r *Request) {
	var given []string
	for _, key := range []string{"json", "body", "file"} {
		if f.Has(key) {
			given = append(given, key)
		}
	}
	if len(given) > 1 {
		f.Problem("needs one body at most, and has %s", strings.Join(given, " and "))
		return
	}
	if n := f.Find("json"); n != nil {
		r.Body = n.JSONTemplate()
		if !r.Header.Has("Content-Type") {
			r.Header.Set("Content-Type", "application/json")
		}
	}
	if v := f.Get("body"); v.Node != nil {
		if v.Type != document.String {
			v.Bad("is not a string: quote it, or use json for a value")
		}
		r.Body = []byte(template(v, false))
	}
	if v := f.Get("file"); v.Node != nil {
		r.Body = bytes.ReplaceAll(f.in.file(v, MaxBody, ", the most that API Gateway accepts"), []byte("${"), []byte("$${"))
	}
}

// file reads a file in the scenario's own folder or below, of at most most bytes.
// A scenario that came from elsewhere cannot make this program send other files
// of this machine, by ".." or by a link.
func (in *input) file(v document.Value, most int64, why string) []byte {
	name, ok := v.Scalar("the name of a file")
	if !ok {
		return nil
	}
	if !filepath.IsLocal(filepath.FromSlash(name)) {
		v.Bad("is not within the scenario's folder: copy it there, and give its name from there")
		return nil
	}
	body, err := readWithin(in.folder, filepath.FromSlash(name), most)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		v.Bad("does not exist in the scenario's folder, %s", in.folder)
	case errors.Is(err, errTooLarge):
		v.Bad("is larger than %d bytes%s", most, why)
	case err != nil:
		v.Bad("cannot be read: %v", errors.Unwrap(err))
	default:
		in.refers(name, body)
	}
	return body
}

var errTooLarge = errors.New("too large")

// readWithin reads a regular file below folder, of most bytes at most.
func readWithin(folder, name string, most int64) ([]byte, error) {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	info, err := root.Stat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() { // reading a pipe or device might never end
		return nil, &fs.PathError{Op: "read", Path: name, Err: errors.New("not a regular file")}
	}
	file, err := root.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, most+1))
	if err == nil && int64(len(data)) > most {
		return nil, errTooLarge
	}
	return data, err
}
