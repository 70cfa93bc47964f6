package accesslog

import (
	"errors"
	"fmt"
	"strings"
)

// A decoder reads a line into an entry. It returns false for a line that is none: a
// comment, a header, or what a program wrote into the same log.
type decoder func(e *Entry, line []byte) (bool, error)

// A Format is one kind of log.
type Format struct {
	Name  string
	Title string
	is    func(line []byte) bool // whether a line is surely of this format
	open  func() decoder
}

// Formats are all of them, in the order in which a line is tried.
func Formats() []Format {
	return []Format{
		balancerAccess, balancerConnections, balancerJSON,
		distributionW3C, distributionJSON,
		apiJSON, apiXML, apiCSV, apiCLF,
		lambdaReports, lambdaJSON,
		webCombined, webCommon, haproxyHTTP,
	}
}

// Names are the names of all formats.
func Names() (all []string) {
	for _, f := range Formats() {
		all = append(all, f.Name)
	}
	return all
}

// Parse finds a format by its name, or makes one of a template of API Gateway or nginx.
func Parse(text string) (Format, error) {
	for _, f := range Formats() {
		if f.Name == text {
			return f, nil
		}
	}
	if strings.Contains(text, "$") {
		return Template(text)
	}
	return Format{}, fmt.Errorf("%.60q is not a format: name one of %s, or write the log's own template, such as '$context.requestId $context.status'", text, strings.Join(Names(), ", "))
}

// recognize finds the format of a line; false where it is none of them.
func recognize(line []byte) (Format, bool) {
	for _, f := range Formats() {
		if f.is(line) {
			return f, true
		}
	}
	return Format{}, false
}

var errFew = errors.New("has too few fields")
