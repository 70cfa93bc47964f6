package launch

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"tollgate/scenarios/fleet"
)

// A Fleet is one run of several shards, as a platform has to start it.
type Fleet struct {
	RunID     string
	Shards    int
	Store     string        // as the members reach it: a bucket's prefix, or a folder
	Endpoint  string        // of S3, where it is not AWS; "": AWS
	Region    string        // of the bucket and of AWS's services; "": the platform says it
	Scenario  Bundle        // the scenario and the files that it refers to
	Args      []string      // of run, besides those that a fleet sets itself
	Variables []string      // names of the environment variables that the scenario refers to
	Barrier   time.Duration // that a member waits for the others
	Load      time.Duration // that the load takes at most, with what comes before and after it
	Image     string        // that has this program; not for processes of this machine
	Size      Size          // of each member
}

// MostShards is the largest number of shards of a fleet: that of an array job of AWS Batch
// (AWS Batch API reference, "ArrayProperties"). An indexed job of Kubernetes may have 100,000.
const MostShards = 10_000

var goodName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// MakeRunID is an id of a run of that name at that time; random distinguishes those of one
// second. Room is what it leaves for characters that are to follow it.
func MakeRunID(name string, at time.Time, random uint32, room int) string {
	var b strings.Builder
	for _, r := range strings.ToLower(name) {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			b.WriteRune(r)
		} else if b.Len() > 0 && !strings.HasSuffix(b.String(), "-") {
			b.WriteByte('-')
		}
	}
	stamp := fmt.Sprintf("%s-%06x", at.UTC().Format("20060102t150405"), random&0xffffff)
	short := b.String()
	if most := max(fleet.MostID-room-len(stamp)-1, 0); len(short) > most {
		short = short[:most]
	}
	if short = strings.Trim(short, "-"); short != "" {
		return short + "-" + stamp
	}
	return stamp
}

// check says what of a fleet no platform could start.
func (f *Fleet) check() error {
	var errs []error
	if err := fleet.CheckID(f.RunID); err != nil {
		errs = append(errs, fmt.Errorf("--run-id: %w", err))
	}
	if f.Shards < 1 || f.Shards > MostShards {
		errs = append(errs, fmt.Errorf("--shards: must be from 1 to %d, is %d", MostShards, f.Shards))
	}
	for _, name := range f.Variables {
		if !goodName.MatchString(name) {
			errs = append(errs, fmt.Errorf("the scenario refers to an environment variable %q, which no platform can set", name))
		}
	}
	return errors.Join(append(errs, f.Scenario.check())...)
}

// remote says what of a fleet could not be started on other machines.
func (f *Fleet) remote() error {
	var errs []error
	if !strings.HasPrefix(f.Store, "s3://") {
		errs = append(errs, fmt.Errorf("--store %s: the members run on other machines and share no folder: give a bucket, as s3://BUCKET/PREFIX", f.Store))
	}
	if loopback(f.Endpoint) {
		errs = append(errs, fmt.Errorf("the endpoint of S3 is %s, which each member takes for its own machine: give one that they reach (--member-endpoint)", f.Endpoint))
	}
	if f.Image == "" {
		errs = append(errs, errors.New("--image: name the image with this program, in a registry that the members can read (a release has it as tollgate_image.oci.tar)"))
	}
	return errors.Join(errs...)
}

var loopbackHost = regexp.MustCompile(`^https?://(localhost|127\.[0-9.]+|\[::1\])(:|/|$)`)

func loopback(address string) bool { return loopbackHost.MatchString(strings.ToLower(address)) }

// deadline is how long the members may take in all: to start, to meet, to send, and to put
// their results into the store.
func (f *Fleet) deadline() time.Duration { return f.Barrier + f.Load + uploadTime }

// uploadTime is what a member may need at the end, without the store for half a minute of it.
const uploadTime = 5 * time.Minute

// member are the arguments of this program that run one shard of a scenario that is at a
// path; which shard says the platform.
func (f *Fleet) member(path string) []string {
	args := []string{
		"run", path, "--shards", strconv.Itoa(f.Shards), "--store", f.Store, "--run-id", f.RunID,
		"--barrier-timeout", f.Barrier.String(), "--quiet", "--summary", "none",
	}
	return slices.Concat(args, f.Args)
}
