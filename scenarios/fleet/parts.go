package fleet

import (
	"errors"
	"fmt"
	"regexp"
	"time"

	"tollgate/results"
)

// Bounds of what a shard uploads.
const (
	mostFiles  = 64
	mostFile   = 8 << 30  // bytes of one file
	mostShard  = 16 << 30 // bytes of all files
	mostPart   = 64 << 20 // bytes of one object
	mostParts  = 1 << 16  // objects of one file
	mostNumber = 1 << 30  // of an object
)

// Parts are the files of a shard's run directory, as far as they are in the store. Each is
// in objects that are never changed: of a file that grows, an upload holds what is new.
type Parts struct {
	Version int       `json:"version"`
	Index   int       `json:"shard"`
	Attempt string    `json:"attempt" text:"name"`
	At      time.Time `json:"at"` // of the upload, by the machine's clock
	Files   []File    `json:"files"`
	Done    *Done     `json:"done,omitempty"` // in done.json
}

// A File is one of a run directory.
type File struct {
	Name  string `json:"name" text:"name"`
	Size  int64  `json:"size"`
	Sum   string `json:"sha256" text:"name"`
	First int    `json:"first"` // the number of its first object; the others follow
	Parts []int  `json:"parts"` // sizes of the objects, in their order
}

// Done is how a shard's run ended, in brief. Its run.json says the same and more.
type Done struct {
	State    string    `json:"state" text:"name"`
	Verdict  string    `json:"verdict" text:"name"`
	Result   string    `json:"result" text:"name"`
	Requests int64     `json:"requests"`
	Began    time.Time `json:"began"`           // by the store's clock, as far as it is known
	LateMS   float64   `json:"late_ms"`         // after the start
	Clock    Clock     `json:"clock"`           // of the machine
	Error    string    `json:"error,omitempty"` // why the run could not be completed
}

// fileForm is a name that is one on every system and leads nowhere.
var fileForm = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}$`)

var sumForm = regexp.MustCompile(`^[0-9a-f]{64}$`)

func (p *Parts) check() error {
	errs := []error{versioned(p.Version)}
	if len(p.Files) > mostFiles {
		return fmt.Errorf("files: %d, and a run directory has at most %d", len(p.Files), mostFiles)
	}
	var all int64
	seen := map[string]bool{}
	for i := range p.Files {
		f := &p.Files[i]
		if seen[f.Name] {
			errs = append(errs, fmt.Errorf("files: %q is named twice", f.Name))
		}
		seen[f.Name] = true
		all += f.Size
		errs = append(errs, f.check())
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	if all > mostShard {
		return fmt.Errorf("files: %d bytes in all, and a shard has at most %d", all, int64(mostShard))
	}
	return nil
}

func (f *File) check() error {
	switch {
	case !fileForm.MatchString(f.Name):
		return fmt.Errorf("files: %.120q is no name of a file of a run directory", f.Name)
	case f.Size < 0 || f.Size > mostFile:
		return fmt.Errorf("%s: %d bytes, and a file has at most %d", f.Name, f.Size, int64(mostFile))
	case !sumForm.MatchString(f.Sum):
		return fmt.Errorf("%s: %.80q is no SHA-256", f.Name, f.Sum)
	case len(f.Parts) > mostParts || f.First < 0 || f.First > mostNumber:
		return fmt.Errorf("%s: %d objects from number %d on, and at most %d can be", f.Name, len(f.Parts), f.First, mostParts)
	}
	var all int64
	for _, size := range f.Parts {
		if size < 1 || size > mostPart {
			return fmt.Errorf("%s: an object of %d bytes, and one has 1 to %d", f.Name, size, mostPart)
		}
		all += int64(size)
	}
	if all != f.Size {
		return fmt.Errorf("%s: its objects have %d bytes, and the file %d", f.Name, all, f.Size)
	}
	return nil
}

// keyOf is the key of an object of a file.
func keyOf(index int, name string, number int) string {
	return keyPart(index, name+"/"+fmt.Sprintf("%06d", number))
}

// names of files that are made from others, and can be made again.
var derived = map[string]bool{results.FileHTML: true, results.FileMarkdown: true, results.FileJUnit: true, results.FileHistory: true}
