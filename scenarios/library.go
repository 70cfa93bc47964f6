package scenarios

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"tollgate/pricing/document"
)

//go:embed library/*.yaml
var library embed.FS

//go:embed starter/scenario.yaml
var starter []byte

//go:embed scenario.schema.json
var schema []byte

// Library returns the names of the built-in scenarios, in order.
func Library() []string {
	entries, _ := fs.ReadDir(library, "library") // embedded: it is there
	var names []string
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), ".yaml"))
	}
	return names
}

// Starter returns the scenario that "tollgate init" writes.
func Starter() []byte { return append([]byte(nil), starter...) }

// Schema returns the JSON Schema (draft 2020-12) of scenario files.
func Schema() []byte { return append([]byte(nil), schema...) }

// Find reads a scenario file, or one of the library by its name. A name with an
// extension or a folder is a file. The returned name is for Parse.
func Find(nameOrPath string) (file string, data []byte, err error) {
	if path.Base(nameOrPath) == nameOrPath && path.Ext(nameOrPath) == "" {
		inside := "library/" + nameOrPath + ".yaml"
		if data, err := library.ReadFile(inside); err == nil {
			return inside, data, nil
		}
	}
	data, err = document.ReadFile(nameOrPath, nil, document.Small.Bytes)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", nil, fmt.Errorf("%q is neither a file nor a scenario of the library%s (the library has %s)", nameOrPath, document.DidYouMean(nameOrPath, Library()), strings.Join(Library(), ", "))
	case err != nil:
		return "", nil, fmt.Errorf("cannot read the scenario: %w", err)
	}
	return nameOrPath, data, nil
}
