package results

// A Label names what a series or a row of a run is about, for programs that do not read
// run directories.
type Label struct {
	Target     string
	Traffic    string // TrafficLoad and the others below
	Request    string // of a probe: its name
	Stage      string // of the load; "" of probes
	Population string // "": the scenario has none
}

// The sorts of traffic. The figures of a run are those of TrafficLoad.
const (
	TrafficLoad      = "load"
	TrafficWarmUp    = "warm_up"
	TrafficProbe     = "probe"
	TrafficPreflight = "preflight" // by which browsers ask before a request
)

// Label names a request at a target in a block.
func (d *Document) Label(target, request uint16, block uint32) Label {
	l := Label{Target: namesOf(d).target(target), Request: at(d.Requests, request), Traffic: TrafficLoad}
	switch d.owner(request) {
	case ofProbe:
		l.Traffic, l.Request = TrafficProbe, at(d.Probes, request-uint16(len(d.Requests)))
		return l
	case ofBrowser:
		l.Traffic = TrafficPreflight
	}
	stage := d.stageOf(block)
	if names := d.StageNames(); stage < len(names) {
		l.Stage = names[stage]
	}
	if p := d.populationOf(stage); p >= 0 {
		l.Population = d.Populations[p].Name
	}
	if d.warmingUp(block) && l.Traffic == TrafficLoad {
		l.Traffic = TrafficWarmUp
	}
	return l
}

// Latencies are all latencies of requests to targets that want selects, the warm-up,
// preflights and probes among them: what the moments of the run had, all in all.
func (r *Run) Latencies(want func(Key) bool) map[Key]*Histogram {
	found := map[Key]*Histogram{}
	for _, one := range r.parts() {
		for _, series := range []map[Key]*Histogram{one.Series, one.ProbeSeries} {
			for k, h := range series {
				if want(k) {
					found[k] = h
				}
			}
		}
	}
	return found
}
