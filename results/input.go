package results

import "path/filepath"

// An Input is a file that a run read beside its scenario. It is not kept with
// the run. What is said of it is a record: a rerun takes the files that the user
// names, and refuses those with another digest.
type Input struct {
	Role   Role   `json:"role"`
	Folder string `json:"folder"` // where it was, as an absolute path
	Name   string `json:"name"`   // within the folder
	Digest string `json:"sha256"`
}

// A Role is what a file was read for.
type Role string

// The roles of files.
const (
	InputFile   Role = "file"   // a body or arrivals that the scenario refers to; its folder is that of the scenario
	InputLab    Role = "lab"    // what serves the targets whose url is "lab"
	InputPrices Role = "prices" // rates in place of the program's own
)

// Path is where the file was.
func (i *Input) Path() string { return filepath.Join(i.Folder, filepath.FromSlash(i.Name)) }
