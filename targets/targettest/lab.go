// Package targettest is the conformance suite of front doors: what AWS documents
// of each kind, as rows that a front door passes or fails. Other packages' tests
// start their labs here.
//
// # The design
//
//  1. A Row is one fact: the kinds it holds for, one request, and what its
//     response must be. Row names read as sentences.
//  2. Conform sends each row that holds for a target's kind to that target. It
//     speaks HTTP/1.1 in plain bytes, since Go's client hides how header names
//     are spelt.
//  3. Faults is the table of the same fault behind or at each kind. Provoking a
//     fault needs a front door that can be made to fail: the lab's.
//
// Expected bytes are written out here, and not taken from
// targets.ErrorResponses, so that a slip there is noticed.
package targettest

import (
	"testing"

	"tollgate/targets"
	"tollgate/targets/lab"
)

// StartLab starts a lab that ends with the test. Its front doors come as targets in the
// order of the configuration, and know where the lab's CloudWatch is.
func StartLab(t testing.TB, c lab.Config) (*lab.Lab, []targets.Target) {
	t.Helper()
	l, err := lab.Start(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	var doors []targets.Target
	for _, d := range l.Doors() {
		target, err := d.Target()
		if err != nil {
			t.Fatal(err)
		}
		target.CloudWatch = l.CloudWatchURL()
		doors = append(doors, target)
	}
	return l, doors
}
