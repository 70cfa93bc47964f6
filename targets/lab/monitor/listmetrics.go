package monitor

import (
	"maps"
	"slices"
)

// maxListed is how many metrics a page of ListMetrics holds.
const maxListed = 500

// listMetrics answers with the metrics that match every filter. A dimension
// filter without a value matches any.
func (s *Store) listMetrics(f form) (object, error) {
	namespace, metric := f.text("Namespace"), f.text("MetricName")
	want := map[string]string{}
	for _, d := range f.forms("Dimensions", 10) {
		want[d.needText("Name")] = d.text("Value")
	}
	if recent := f.text("RecentlyActive"); recent != "" && recent != "PT3H" {
		f.problem("RecentlyActive", "must be PT3H")
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	var matching []*Series
	for _, x := range s.all() {
		if (namespace == "" || namespace == x.namespace) && (metric == "" || metric == x.metric) && x.matches(want) {
			matching = append(matching, x)
		}
	}
	at, err := parseCursor(f.text("NextToken"), 1)
	if err != nil {
		return nil, err
	}
	page := matching[min(at.done, len(matching)):]
	out := object{}
	if len(page) > maxListed {
		page = page[:maxListed]
		out["NextToken"] = cursor{done: at.done + maxListed}.token()
	}
	metrics := make([]any, len(page))
	for i, x := range page {
		metrics[i] = x.describe()
	}
	out["Metrics"] = metrics
	return out, nil
}

func (x *Series) matches(want map[string]string) bool {
	for name, v := range want {
		if got, ok := x.dims[name]; !ok || (v != "" && v != got) {
			return false
		}
	}
	return true
}

func (x *Series) describe() object {
	dims := []any{}
	for _, name := range slices.Sorted(maps.Keys(x.dims)) {
		dims = append(dims, object{"Name": name, "Value": x.dims[name]})
	}
	return object{"Namespace": x.namespace, "MetricName": x.metric, "Dimensions": dims}
}
