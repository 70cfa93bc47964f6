package scenarios

import (
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"tollgate/pricing/document"
	"tollgate/scenarios/values"
	"tollgate/targets"
)

const maxData = 20

// readData reads data:, a mapping from names to files.
func (in *input) readData(v document.Value) {
	if v.Node == nil {
		return
	}
	f := v.Fields()
	if len(f.Entries) > maxData {
		v.Problem("has %d files, at most %d are possible", len(f.Entries), maxData)
		return
	}
	for _, e := range f.Entries {
		checkValueName(v.At(e.At(), v.Path), e.Key)
		if d := in.oneData(e.Key, v.At(e.Value, v.Below(e.Key))); d != nil {
			in.values.Data = append(in.values.Data, d)
		} else {
			in.values.broken = append(in.values.broken, e.Key)
		}
	}
}

// oneData reads how the rows of a file are used, or just the name of the file.
func (in *input) oneData(name string, v document.Value) *values.Data {
	o := values.Options{Name: name, Pick: values.Sequential, Secret: targets.SecretVariable, Used: in.usedColumns(name)}
	if v.Type == document.String {
		return in.openData(v, o)
	}
	f := v.Fields("file", "pick", "columns", "separator", "secret")
	f.Need("file")
	if pick := f.Get("pick").Choice(values.Picks()...); pick != "" {
		o.Pick = values.Pick(pick)
	}
	for _, item := range f.Get("columns").List(maxKeys) {
		o.Columns = append(o.Columns, item.Str())
	}
	if separator := f.Get("separator"); separator.Node != nil {
		if len(separator.Text) != 1 || strings.ContainsAny(separator.Text, "\"\r\n") {
			separator.Bad("is not a separator: it is one character, such as \";\"")
		} else {
			o.Separator = separator.Text[0]
		}
	}
	secret := f.Get("secret").Each(maxKeys)
	o.Secret = func(column string) bool { return targets.SecretVariable(column) || slices.Contains(secret, column) }
	d := in.openData(f.Get("file"), o)
	if d != nil {
		for i, column := range secret {
			mentions(f.At(f.Get("secret").Items[i], f.Get("secret").Path), "column", column, d.Columns)
		}
	}
	return d
}

// openData indexes a file in the scenario's folder. One that fits into memory is not kept
// open.
func (in *input) openData(v document.Value, o values.Options) *values.Data {
	name, ok := fileName(v)
	if !ok {
		return nil
	}
	o.File = filepath.ToSlash(name)
	file, info, err := targets.OpenWithin(in.folder, name)
	if err != nil {
		in.cannotRead(v, err)
		return nil
	}
	d, err := values.Open(file, info.Size(), o)
	if d == nil || d.InMemory() {
		_ = file.Close() // it was only read
	}
	if err != nil {
		v.Problem("%s", strings.ReplaceAll(err.Error(), "\n", "; "))
		return nil
	}
	in.refersTo(File{Name: o.File, digest: d.Digest})
	return d
}

// usedColumns are the columns of a data file that places name.
func (in *input) usedColumns(data string) (columns []string) {
	in.Value().EachNode(func(v document.Value) {
		for _, name := range v.Names() {
			if column, is := strings.CutPrefix(name, data+"."); is && !slices.Contains(columns, column) {
				columns = append(columns, column)
			}
		}
	})
	return columns
}

const maxSecretFile = 64 << 10

// secretFile is the text of a file for ${file:NAME}.
func (in *input) secretFile(name string) (string, error) {
	if !filepath.IsLocal(filepath.FromSlash(name)) {
		return "", errors.New("is not within the scenario's folder: copy it there, or put the value into an environment variable (${env:NAME})")
	}
	text, err := readWithin(in.folder, filepath.FromSlash(name), maxSecretFile)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", errors.New("does not exist in the scenario's folder, " + in.folder)
	case errors.Is(err, errTooLarge):
		return "", errors.New("is larger than 65536 bytes: to send a file as a body, write file: in the request")
	case err != nil:
		return "", errors.Unwrap(err)
	}
	return string(text), nil
}
