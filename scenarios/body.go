package scenarios

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// MaxBody is the largest body of a request: what API Gateway accepts.
// Source: API Gateway developer guide, quotas.
const MaxBody = 10 << 20

// body reads the one key of json, body and file that is there.
func (f fields) body(r *Request) {
	var given []string
	for _, key := range []string{"json", "body", "file"} {
		if f.has(key) {
			given = append(given, key)
		}
	}
	if len(given) > 1 {
		f.in.problem(f.node, "%sneeds one body at most, and has %s", f.prefix(), strings.Join(given, " and "))
		return
	}
	if f.has("json") {
		var out bytes.Buffer
		for _, e := range f.node.entries {
			if e.key == "json" {
				writeJSON(&out, e.value)
			}
		}
		r.Body = out.Bytes()
		if !r.Header.Has("Content-Type") {
			r.Header.Set("Content-Type", "application/json")
		}
	}
	if n := f.get("body"); n != nil {
		if n.sort != text {
			f.bad(n, "body", "is not a text: quote it, or use json for a value")
		}
		r.Body = []byte(n.text)
	}
	if name, n := f.text("file", "the name of a file"); n != nil {
		r.Body = f.file(name, n, MaxBody, ", the most that API Gateway accepts")
	}
}

// file reads a file in the scenario's own folder or below, of most bytes. A
// scenario that came from elsewhere cannot make this program send other files
// of this machine, by ".." or by a link.
func (f fields) file(name string, n *node, most int64, why string) []byte {
	if !filepath.IsLocal(filepath.FromSlash(name)) {
		f.bad(n, "file", "is not within the scenario's folder: copy it there, and give its name from there")
		return nil
	}
	body, err := readWithin(f.in.folder, filepath.FromSlash(name), most)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		f.bad(n, "file", "does not exist in the scenario's folder, %s", f.in.folder)
	case errors.Is(err, errTooLarge):
		f.bad(n, "file", "is larger than %d bytes%s", most, why)
	case err != nil:
		f.bad(n, "file", "cannot be read: %v", errors.Unwrap(err))
	default:
		f.in.refers(name, body)
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

// writeJSON writes n as JSON, numbers as they are written in the file and keys
// in its order. References were replaced in texts only, which are encoded here,
// so a variable's value stays a text whatever is in it.
func writeJSON(out *bytes.Buffer, n *node) {
	switch n.sort {
	case null:
		out.WriteString("null")
	case boolean:
		out.WriteString(strings.ToLower(n.text))
	case integer, float:
		out.WriteString(jsonNumber(n.text))
	case text:
		writeText(out, n.text)
	case list:
		out.WriteByte('[')
		for i, item := range n.items {
			if i > 0 {
				out.WriteByte(',')
			}
			writeJSON(out, item)
		}
		out.WriteByte(']')
	case mapping:
		out.WriteByte('{')
		for i, e := range n.entries {
			if i > 0 {
				out.WriteByte(',')
			}
			writeText(out, e.key)
			out.WriteByte(':')
			writeJSON(out, e.value)
		}
		out.WriteByte('}')
	}
}

// writeText leaves <, > and & as they are, as most clients do.
func writeText(out *bytes.Buffer, s string) {
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(s) // a text into a buffer: nothing can fail
	out.Truncate(out.Len() - 1)
}

// jsonNumber rewrites what YAML allows of a number and JSON does not: 0x10,
// 0o17, +1, .5, 1_000.
func jsonNumber(s string) string {
	if json.Valid([]byte(s)) {
		return s
	}
	if i, err := strconv.ParseInt(strings.ReplaceAll(s, "_", ""), 0, 64); err == nil {
		return strconv.FormatInt(i, 10)
	}
	if x, err := strconv.ParseFloat(strings.ReplaceAll(s, "_", ""), 64); err == nil {
		return strconv.FormatFloat(x, 'g', -1, 64)
	}
	return strconv.Quote(s)
}
