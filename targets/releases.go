package targets

// Releases say by which header of a response the application behind a target names the
// release that answered. Front doors name none.
type Releases struct {
	Header string // "": releases are not told apart
	Base   string // its value from the base; "": any that is not the canary's
	Canary string // its value from the canary
}
