package report

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"tollgate/report/chart"
)

// Save writes what is not in one file into a folder, which it makes: every
// chart as SVG and PNG, wide, and every table as CSV. It returns the names.
func Save(dir string, pictures []NamedPicture, tables []NamedTable) (names []string, err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("cannot make the folder %s: %w", dir, err)
	}
	var errs []error
	save := func(name string, write func(io.Writer) error) {
		names = append(names, name)
		f, err := os.Create(filepath.Join(dir, name))
		if err == nil {
			err = errors.Join(write(f), f.Close())
		}
		errs = append(errs, err)
	}
	for _, p := range pictures {
		pic := p.Picture(chart.Wide)
		save(p.Name+".svg", pic.SVG)
		save(p.Name+".png", pic.PNG)
	}
	for _, t := range tables {
		save(t.Name+".csv", t.Write)
	}
	return names, errors.Join(errs...)
}
