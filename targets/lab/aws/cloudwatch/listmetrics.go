package cloudwatch

import (
	"maps"
	"slices"

	"tollgate/targets/lab/aws/protocol"
)

const maxListed = 500

// listMetrics answers with the metrics that match every filter. A dimension
// filter without a value matches any.
func (s *Store) listMetrics(f protocol.Form) (protocol.Object, error) {
	namespace, metric := f.Text("Namespace"), f.Text("MetricName")
	want := map[string]string{}
	for _, d := range f.Structs("Dimensions", 10) {
		want[d.NeedText("Name")] = d.Text("Value")
	}
	if recent := f.Text("RecentlyActive"); recent != "" && recent != "PT3H" {
		f.Problem("RecentlyActive", "must be PT3H")
	}
	if err := f.Err(); err != nil {
		return nil, err
	}
	var matching []*Series
	for _, x := range s.all() {
		if (namespace == "" || namespace == x.namespace) && (metric == "" || metric == x.metric) && x.matches(want) {
			matching = append(matching, x)
		}
	}
	at, err := parseCursor(f.Text("NextToken"), 1)
	if err != nil {
		return nil, err
	}
	page := matching[min(at.done, len(matching)):]
	out := protocol.Object{}
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

func (x *Series) describe() protocol.Object {
	dims := []any{}
	for _, name := range slices.Sorted(maps.Keys(x.dims)) {
		dims = append(dims, protocol.Object{"Name": name, "Value": x.dims[name]})
	}
	return protocol.Object{"Namespace": x.namespace, "MetricName": x.metric, "Dimensions": dims}
}

// Dimensions name a metric within its namespace.
type Dimensions map[string]string

func dimensions(f protocol.Form) Dimensions {
	dims := Dimensions{}
	for _, d := range f.Structs("Dimensions", 30) {
		name := d.NeedText("Name")
		if _, twice := dims[name]; twice {
			d.Problem("Name", "repeats %q", name)
		}
		dims[name] = d.NeedText("Value")
	}
	return dims
}
