package cloudwatch

import "tollgate/targets/lab/aws/protocol"

// Dimensions name a metric within its namespace.
type Dimensions map[string]string

// dimensions reads the list that names a metric.
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
