package doors

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"tollgate/targets/lab/aws/cloudwatch"
	"tollgate/targets/lab/aws/protocol"
)

// refusal is what an AWS service answers instead of doing what it was asked.
type refusal = protocol.Refusal

// refused is a fault of the AWS endpoint that befalls its requests.
func refused(r refusal) injectable { return injectable{refuses: &r} }

// distorted is a fault of how CloudWatch reports minutes.
func distorted(timed bool, how func(by time.Duration) cloudwatch.Distortion) injectable {
	return injectable{timed: timed, distorts: how}
}

func isMissing(time.Duration) cloudwatch.Distortion     { return cloudwatch.Distortion{Missing: true} }
func isLate(by time.Duration) cloudwatch.Distortion     { return cloudwatch.Distortion{Late: by} }
func isMisdated(by time.Duration) cloudwatch.Distortion { return cloudwatch.Distortion{Shift: by} }

// ofCloud says whether a fault befalls the AWS endpoint and no door.
func (i injectable) ofCloud() bool { return i.refuses != nil || i.distorts != nil }

// checkCloud says what is wrong with a fault of the AWS endpoint.
func (in Injection) checkCloud(at string, what injectable, faults *faultList) {
	if !what.ofCloud() {
		return
	}
	if in.Door != "" {
		faults.add("%s.door: %q befalls the AWS endpoint and no door; leave it out", at, in.Fault)
	}
	if what.distorts != nil && time.Duration(in.By)%time.Minute != 0 {
		faults.add("%s.by: CloudWatch's points are of whole minutes, so %v must be too", at, in.By)
	}
}

// suffers says what the next request to the AWS endpoint meets.
func (j *injector) suffers(now time.Time) (refusal, bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.asked++
	for _, it := range j.all {
		if it.what.refuses != nil && it.befalls(now, j.asked) {
			return *it.what.refuses, true
		}
	}
	return refusal{}, false
}

// distortion says what is wrong with how a minute of a metric is reported.
// Faults that are over still hold for the minutes that they befell.
func (j *injector) distortion(m cloudwatch.Metric, minute time.Time) (all cloudwatch.Distortion) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, it := range j.distorting {
		if !minute.Add(time.Minute).After(it.From) || it.over(minute) || it.draws.uniform(minuteOf(m, minute)) > it.Share {
			continue
		}
		d := it.what.distorts(time.Duration(it.By))
		all.Missing = all.Missing || d.Missing
		all.Late = max(all.Late, d.Late)
		all.Shift += d.Shift
	}
	return all
}

// minuteOf is the position of a metric's minute in the streams of chance.
func minuteOf(m cloudwatch.Metric, minute time.Time) uint64 {
	name := m.Namespace + "\x00" + m.Name
	for _, key := range slices.Sorted(maps.Keys(m.Dimensions)) {
		name += "\x00" + key + "\x00" + m.Dimensions[key]
	}
	return hashOf(fmt.Sprint(name, minute.Unix()))
}
