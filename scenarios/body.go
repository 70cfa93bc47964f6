package scenarios

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"path/filepath"
	"strings"

	"tollgate/pricing/document"
	"tollgate/targets"
)

// MaxBody is the largest body that a front door of Lambda accepts, and the largest that
// is loaded: a larger file is read while it is sent.
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
			v.Bad("is not a string: quote it, or use json for a value, or file for the name of a file")
		}
		r.Body = textBody(v.Node, r)
	}
	if v := f.Get("file"); v.Node != nil {
		var body []byte
		if body, r.Upload = f.in.bodyFile(v); r.Upload == nil {
			r.Body = bytes.ReplaceAll(body, []byte("${"), []byte("$${"))
		}
	}
}

// textBody is a body that is written as a text. What stands for a reference is escaped as a
// value would be there, unless it is the whole body.
func textBody(n *document.Node, r *Request) []byte {
	if len(n.References) == 1 && len(n.Values) == 1 && n.Values[0] == (document.Span{To: len(n.Text)}) {
		return []byte(n.Template())
	}
	shape := *r
	shape.Body = []byte(n.TemplateWith(func(string, string) string { return "0" }))
	escape := BodyEscape(&shape)
	return []byte(n.TemplateWith(func(before, value string) string { return escape.Write(before, value) }))
}

// bodyFile is the bytes of a file, or the file itself where it is too large to be loaded.
func (in *input) bodyFile(v document.Value) ([]byte, *targets.Upload) {
	name, ok := fileName(v)
	if !ok {
		return nil, nil
	}
	body, err := readWithin(in.folder, name, MaxBody)
	if errors.Is(err, errTooLarge) {
		var upload *targets.Upload
		if upload, err = targets.NewUpload(in.folder, name); err == nil {
			in.files = append(in.files, File{Name: filepath.ToSlash(name), upload: upload})
			return nil, upload
		}
	}
	in.fileRead(v, name, body, err)
	return body, nil
}

// file reads a file in the scenario's own folder or below, of at most most bytes.
func (in *input) file(v document.Value, most int64, why string) []byte {
	name, ok := fileName(v)
	if !ok {
		return nil
	}
	body, err := readWithin(in.folder, name, most)
	if errors.Is(err, errTooLarge) {
		v.Bad("is larger than %d bytes%s", most, why)
		return nil
	}
	in.fileRead(v, name, body, err)
	return body
}

// fileName is the name of a file in the scenario's own folder or below. A scenario that
// came from elsewhere cannot make this program send other files of this machine, by ".."
// or by a link.
func fileName(v document.Value) (name string, ok bool) {
	if name, ok = v.Scalar("the name of a file"); !ok {
		return "", false
	}
	name = filepath.FromSlash(name)
	if !filepath.IsLocal(name) {
		v.Bad("is not within the scenario's folder: copy it there, and give its name from there")
		return "", false
	}
	return name, true
}

// fileRead remembers a file that was read, or reports that it was not.
func (in *input) fileRead(v document.Value, name string, body []byte, err error) {
	if err != nil {
		in.cannotRead(v, err)
		return
	}
	in.refers(filepath.ToSlash(name), body)
}

// cannotRead reports why a file cannot be read.
func (in *input) cannotRead(v document.Value, err error) {
	if errors.Is(err, fs.ErrNotExist) {
		v.Bad("does not exist in the scenario's folder, %s", in.folder)
		return
	}
	v.Bad("cannot be read: %v", errors.Unwrap(err))
}

var errTooLarge = errors.New("too large")

// readWithin reads a regular file below folder, of most bytes at most.
func readWithin(folder, name string, most int64) ([]byte, error) {
	file, _, err := targets.OpenWithin(folder, name)
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
