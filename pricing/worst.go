package pricing

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
)

//go:embed worst.schema.json
var worstSchema []byte

// WorstSchema returns the published JSON Schema of worst months.
func WorstSchema() []byte { return slices.Clone(worstSchema) }

// DefaultAttack is the arrival rate of an attack where none is stated, in requests a second:
// twice what an account's throttle admits, so that the throttle is in use.
const DefaultAttack = 2 * accountRate

// longestMonth has 31 days.
const longestMonth = 744

// Worsts are the worst months of a workload at every front door.
//
// An attack lasts all month, with as many requests a second as it is said to have.
// Each request is the most expensive one of the workload: its largest sizes, its
// longest duration, no answer from a cache, a new connection. The layers of
// [ProtectionUse] refuse what they can, and the function's concurrency bounds its
// time. Rejected: requests as large as the front door accepts, since at such a rate
// they need more bandwidth than attacks have; and a bill without what refused requests
// cost, since that is what no layer holds.
type Worsts struct {
	Version  int        `json:"version"`
	Workload string     `json:"workload"`
	Region   string     `json:"region"`
	Book     string     `json:"book"`
	FreeTier FreeTier   `json:"free_tier"`
	Hours    Quantity   `json:"hours_per_month"`
	Attack   Quantity   `json:"attack_per_second"`
	Cap      *Money     `json:"cap_usd"` // null: none was asked for
	Doors    []Worst    `json:"doors"`   // the least expensive first
	LeftOut  []RuledOut `json:"left_out"`

	Unknown []string `json:"-"` // keys of the price book that leave front doors out
}

// lack leaves out a front door of whose worst month some prices are unknown.
func (all *Worsts) lack(d Door, lacks []Lack) {
	var titles []string
	for _, l := range lacks {
		for _, key := range l.Keys {
			titles = append(titles, TitleOf(key))
			if !slices.Contains(all.Unknown, key) {
				all.Unknown = append(all.Unknown, key)
			}
		}
	}
	all.LeftOut = append(all.LeftOut, RuledOut{d.Name, d.Title, []string{"some prices are unknown: " + strings.Join(titles, ", ")}})
}

// A Worst is the most that a month can cost at a front door under an attack.
type Worst struct {
	API      string   `json:"api,omitempty"` // that is attacked, of several; the months are the account's
	Name     string   `json:"name"`
	Title    string   `json:"title"`
	Month    Money    `json:"month_usd"`    // refused requests included
	Admitted Money    `json:"admitted_usd"` // the same if refused requests cost nothing
	Further  Money    `json:"further_usd"`  // what each further 1,000 requests a second add
	Layers   []Layer  `json:"layers"`       // in force
	HeldBy   string   `json:"held_by"`      // the layer that admits the least, and the function's own bound; "": nothing does
	Requests Quantity `json:"admitted_requests"`
	Refused  Quantity `json:"refused_requests"`
	Invoked  Quantity `json:"invocations"`
	Lines    []Line   `json:"lines"`
	Notes    []string `json:"notes"`
	Holds    []Hold   `json:"holds"` // settings that hold the month under the cap
}

// Worst prices the worst month at every front door that can serve the workload. With a
// cap it also finds the settings that hold it.
func (b *Book) Worst(w *Workload, doors []Door, attack Quantity, limit *Money) (*Worsts, error) {
	b = b.For(w)
	all := &Worsts{
		Version: 1, Workload: w.Name, Region: w.Region, Book: b.String(), FreeTier: b.free, Hours: w.longest(), Attack: attack, Cap: limit,
		Doors: []Worst{}, LeftOut: []RuledOut{},
	}
	for _, d := range doors {
		if reasons := d.unattacked(w); len(reasons) > 0 {
			all.LeftOut = append(all.LeftOut, RuledOut{d.Name, d.Title, reasons})
			continue
		}
		one, err := b.worstAt(w, d, attack)
		if err == nil && limit != nil {
			one.Holds, err = b.holds(w, d, attack, *limit)
		}
		if lacks := Lacks(err); len(lacks) > 0 {
			all.lack(d, lacks)
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", d.Name, err)
		}
		all.Doors = append(all.Doors, one)
	}
	slices.SortStableFunc(all.Doors, func(x, y Worst) int { return x.Month.Cmp(y.Month) })
	return all, nil
}

// unattacked says why the worst month at a front door is not told.
func (d Door) unattacked(w *Workload) []string {
	reasons := d.RuledOut(w)
	if len(reasons) == 0 && w.Sockets.stated() && !w.mixed() && d.has("containers") {
		reasons = []string{"what an attack over WebSocket connections costs is bounded by how many the containers can hold, which the workload does not state"}
	}
	return reasons
}

func (b *Book) worstAt(w *Workload, d Door, attack Quantity) (Worst, error) {
	m := w.attacked(d, attack)
	one := Worst{
		Name: d.Name, Title: d.Title, Layers: append([]Layer{}, m.layers...), HeldBy: m.held(),
		Requests: m.admitted, Refused: m.refused(), Invoked: m.traffic.Invocations.Quantity, Notes: d.worstNotes(w, m), Holds: []Hold{},
	}
	bill, err := b.attackBill(d, m)
	if err != nil {
		return one, err
	}
	one.Month, one.Lines = bill.Month, bill.Lines
	one.Notes = append(one.Notes, bill.Warnings...)
	further, err := b.attackBill(d, w.attacked(d, attack.Add(Whole(1000))))
	if err != nil {
		return one, err
	}
	one.Further = further.Month.Sub(bill.Month)
	let, err := b.attackBill(d, w.attacked(d, m.admitted.Div(m.seconds)))
	one.Admitted = let.Month
	return one, err
}

func (b *Book) attackBill(d Door, m attackedMonth) (Bill, error) {
	return b.Price(m.worst.Region, Measure(d.Billed, m.traffic))
}

// longest is the month that is stated, or the longest one.
func (w *Workload) longest() Quantity {
	if w.Hours.Sign() > 0 {
		return w.Hours
	}
	return Whole(longestMonth)
}

// An attackedMonth is what becomes of an attack at a front door.
type attackedMonth struct {
	worst    *Workload
	seconds  Quantity
	sent     Quantity // requests
	layers   []Layer
	heldBy   string
	admitted Quantity
	function functionBound
	traffic  Traffic
}

// held is what holds the month: what refuses requests, and what holds the function.
func (m attackedMonth) held() string {
	if m.heldBy != "" && m.function.heldBy != "" {
		return m.heldBy + "; " + m.function.heldBy
	}
	return m.heldBy + m.function.heldBy
}

func (m attackedMonth) refused() Quantity { return m.sent.Sub(m.admitted) }

// attacked is the month of an attack of so many requests a second.
func (w *Workload) attacked(d Door, attack Quantity) attackedMonth {
	m := attackedMonth{seconds: w.longest().Mul(Whole(3600))}
	m.sent = attack.Mul(m.seconds).floor()
	m.layers = d.layers(w, m.seconds)
	m.admitted, m.heldBy = least(m.layers, m.sent, func(l Layer) bool { return l.of != opening })
	if d.Limits.Connection > 0 {
		m.flood(w, d)
	} else {
		m.ask(w, d)
	}
	if d.HasFunction() && !w.functionless() {
		m.invoke(w)
	}
	return m
}

// least is what the strictest of some layers lets through, and its name if it lets
// through less than all.
func least(layers []Layer, all Quantity, some func(Layer) bool) (most Quantity, name string) {
	most = all
	for _, l := range layers {
		if n := l.Most.floor(); some(l) && n.Cmp(most) < 0 {
			most, name = n, l.Name
		}
	}
	return most, name
}

// ask is an attack by requests.
func (m *attackedMonth) ask(w *Workload, d Door) {
	m.worst = w.worst(m.sent, m.refused())
	m.traffic = d.Traffic(m.worst)
	m.traffic.Init, m.traffic.ColdStarts = Dist{}, Amount{}
	if a := &m.traffic.Authorized.Quantity; a.Sign() > 0 {
		*a = a.Sub(m.refused()) // those of WebSocket connections stay
	}
	if m.traffic.Watching.Traces.Quantity.Sign() > 0 {
		m.traffic.Watching.Traces = amount(m.admitted.Mul(m.worst.Watching.TracedShare.Likely))
	}
	if len(m.traffic.Edge.Viewers) > 0 {
		m.atEdge(w, d)
	}
}

// worst is the workload whose every request is its most expensive one.
func (w *Workload) worst(sent, refused Quantity) *Workload {
	one := *w
	for _, r := range one.ranges() {
		*r = exactly(r.High)
	}
	for _, s := range one.shapes() {
		*s = s.largest()
	}
	none := exactly(Quantity{})
	one.Requests, one.Refused, one.Errors, one.Preflights = exactly(sent), none, none, none
	if sent.Sign() > 0 {
		one.Refused = exactly(refused.Div(sent))
	}
	one.Cache.Hits, one.CDN.Hits, one.Authorizer.Hits = none, none, none
	one.Function.ColdShare, one.Function.Provisioned.Share = none, none
	one.Connections.Requests, one.Connections.PerSecond = exactly(Whole(1)), none
	one.Balancer.LCUs, one.Hours = none, w.longest()
	one.Profile = Profile{{Share: Whole(1), Factor: Whole(1)}} // the attack is the same in every hour
	one.failAtMost()
	if one.Protection.Rule.Rate.Sign() > 0 { // the rule has a price
		one.WAF.ACLs, one.WAF.Rules = max(1, one.WAF.ACLs), max(1, one.WAF.Rules)
	}
	return &one
}

// failAtMost sees to it that no response is smaller than that of a request that is refused
// or fails, since an admitted one can fail too.
func (w *Workload) failAtMost() {
	usual, least := w.ResponseBytes.greatest(), Whole(max(refusedBytes, errorBytes))
	for _, s := range []Shape{w.RefusedBytes, w.ErrorBytes} {
		if size := s.greatest(); size.Cmp(least) > 0 {
			least = size
		}
	}
	if usual.Cmp(least) < 0 {
		w.ResponseBytes = Shape{Range: exactly(least), Assumed: true}
	}
}

func (s Shape) greatest() Quantity {
	_, most := s.bounds()
	return most
}

// bounds are the least and the greatest value.
func (s Shape) bounds() (least, greatest Quantity) {
	least, greatest = s.Range.Low, s.Range.High
	for i, b := range s.Buckets {
		v := Ratio(b.Value, thousandths)
		if i == 0 || v.Cmp(least) < 0 {
			least = v
		}
		if i == 0 || v.Cmp(greatest) > 0 {
			greatest = v
		}
	}
	return least, greatest
}

// largest is always the greatest value.
func (s Shape) largest() Shape {
	return Shape{Range: exactly(s.greatest()), Assumed: s.Assumed}
}
