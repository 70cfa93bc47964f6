package results

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// unsampled are the columns of samples that an imported run cannot fill, by what its files do
// not say.
var unsampled = []struct {
	lack    Lack
	columns []string
}{
	{LackGenerator, []string{"begun_s", "dns_ms", "connect_ms", "tls_ms", "first_byte_ms", "service_ms"}},
	{LackDue, []string{"due_s"}},
	{LackTimes, []string{"due_s", "sent_s"}},
	{LackOutcomes, []string{"outcome", "status", "error"}},
	{LackConnections, []string{"reused"}},
	{LackSizes, []string{"out_bytes", "in_bytes"}},
}

// notSampled are the columns of samples that stay empty: what would stand there was not
// recorded.
func (d *Document) notSampled() (all []string) {
	if d.Imported == nil {
		return nil
	}
	all = []string{"body_bytes", "decoded_bytes", "fault", "protocol"} // no other program writes them
	for _, u := range unsampled {
		if d.Lacks(u.lack) {
			all = append(all, u.columns...)
		}
	}
	return all
}

// emptyCells says which columns of samples are empty.
func emptyCells(d *Document) string {
	all := d.notSampled()
	if len(all) == 0 {
		return ""
	}
	slices.Sort(all)
	return "the run is imported, and what was not recorded is left empty: " + strings.Join(slices.Compact(all), ", ")
}

// errNoStatus is why samples are not written for vegeta.
var errNoStatus = errors.New("vegeta takes a result without a status code for a failed one, and the files of this imported run have none: --format samples writes what is known")

// withoutVegeta says why vegeta could not read the samples.
func withoutVegeta(d *Document) error {
	switch {
	case d.Lacks(LackTimes):
		return errors.New("vegeta's results have the time of each request, and the files of this imported run have none: --format samples writes what is known")
	case d.Lacks(LackOutcomes):
		return errNoStatus
	}
	return nil
}

// guessedTimes says that the times of vegeta's results are not those of the requests.
func guessedTimes(d *Document) string {
	if !d.Lacks(LackStart) {
		return ""
	}
	return fmt.Sprintf("when the run began was not recorded: dates count from %s, which stands for it, and only the times between requests are those of the run", d.Started.UTC().Format(time.RFC3339))
}
