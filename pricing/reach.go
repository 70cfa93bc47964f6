package pricing

// A Reach is the largest value of a variable at which a front door serves the
// workload.
type Reach struct {
	Door     string   `json:"door"`
	Variable string   `json:"variable"`
	Unit     string   `json:"unit"`
	At       Quantity `json:"at"`
}

// reach is the largest value of the axis at which the door serves the workload; zero
// if it serves none.
func (a Axis) reach(w *Workload, d Door) Quantity {
	if !a.Whole || d.serves(a.with(w, a.To)) {
		return a.To
	}
	from, to := a.From, a.To // it serves from, and not to
	if !d.serves(a.with(w, from)) {
		return Quantity{}
	}
	for to.Sub(from).Cmp(Whole(1)) > 0 {
		middle := from.Add(to).Div(Whole(2)).floor()
		if d.serves(a.with(w, middle)) {
			from = middle
		} else {
			to = middle
		}
	}
	return from
}
