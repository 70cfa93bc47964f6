package targettest

import (
	"testing"

	"tollgate/targets"
	"tollgate/targets/lab"
)

// StartLab starts a lab that ends with the test. Its doors come as targets in the
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
