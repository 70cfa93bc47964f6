package pricing

// A functionBound is what a function can do at most in a month: its concurrency
// bounds how many invocations it takes, and their time together.
type functionBound struct {
	invocations Quantity
	heldBy      string // "": nothing of the function's
}

// invoke gives the month as many invocations as the function's concurrency allows,
// and the time that they take.
//
// With a concurrency c over S seconds all invocations together take no more than c·S
// seconds, INIT included, and there are no more than 10·c a second, and as many more
// at once in the beginning. An attacker who can choose
// between requests that take long and requests that take little uses up both: as many
// as there can be, and all of that time, as far as the longest request allows.
func (m *attackedMonth) invoke(w *Workload) {
	concurrency, basis := w.concurrency()
	slots := Whole(concurrency).Mul(m.seconds)
	m.function.invocations = m.traffic.Invocations.Quantity
	hold := func(most Quantity, by string) {
		if most = most.floor(); most.Cmp(m.function.invocations) < 0 {
			m.function.invocations, m.function.heldBy = most, by
		}
	}
	hold(slots.Add(Whole(concurrency)).Mul(Whole(invocationsASecond)), "function: 10 requests/s of each unit of concurrency")
	time := slots.Mul(Whole(1000)) // ms
	least, most := w.Function.times()
	if least.Sign() > 0 {
		hold(time.Div(least), "function: concurrency")
	}
	n := m.function.invocations
	m.traffic.Invocations.Quantity = n
	if m.traffic.Requests.Quantity.Sign() > 0 { // a message that Lambda refuses is billed as any other
		m.throttle(m.admitted.Sub(n), basis)
	}
	if most.Sign() <= 0 || n.Sign() <= 0 {
		return
	}
	// Each invocation is rounded up by less than 1 ms.
	mean := time.Div(n).Add(Whole(1))
	if longest := most.ceil(); longest.Cmp(mean) < 0 {
		mean = longest
	}
	m.traffic.Duration = wholeMillis(mean, weakest(basis, w.Function.Duration.basis()))
}

// throttle are admitted requests that Lambda refuses. The front door answers them by an
// error, and bills them.
func (m *attackedMonth) throttle(n Quantity, basis Basis) {
	if n.Sign() <= 0 {
		return
	}
	size := Point(errorBytes, Assumed, "the usual response to errors")
	m.traffic.Others = append(m.traffic.Others, Outcome{
		What: "throttled by Lambda", Requests: Amount{Quantity: n, Basis: basis, Source: "the function's concurrency"},
		RequestBytes: m.worst.RequestBytes.dist(1), ResponseBytes: size,
	})
}

// times are the least and the most milliseconds for which a request keeps an
// environment.
func (f FunctionUse) times() (least, most Quantity) {
	least, most = f.Duration.bounds()
	if f.ColdShare.High.Sign() > 0 {
		_, start := f.Init.bounds()
		most = most.Add(start)
	}
	return least, most
}

// finest is how finely a share is counted where its own fraction is too long.
const finest = 1_000_000_000

// wholeMillis is a distribution of whole milliseconds with this mean, in µs.
func wholeMillis(mean Quantity, basis Basis) Dist {
	low := mean.floor()
	part := mean.Sub(low)
	num, den := part.r.num, part.r.under()
	if part.r.long != nil { // finer than counts can say: a billionth more
		num, den = nearest(part.Mul(Whole(finest)).ceil()), finest
	}
	at := nearest(low) * millisecond
	d := Dist{Basis: basis, Source: "the function's concurrency"}
	for _, b := range []Bucket{{at, den - num}, {at + millisecond, num}} {
		if b.Count > 0 {
			d.Buckets = append(d.Buckets, b)
		}
	}
	return d
}

// worstNotes say what the worst month at a front door rests on.
func (d Door) worstNotes(w *Workload, m attackedMonth) []string {
	notes := append([]string{}, w.Given...)
	for _, l := range m.layers {
		switch {
		case l.of == edgeAlone && l.Basis == Assumed:
			notes = append(notes, derivation("%s: %s requests/s, which AWS can raise, are assumed", l.Name, Whole(distributionRate)))
		case l.Basis == Assumed:
			notes = append(notes, derivation("%s: what AWS gives an account, or one key, is assumed: state it under protection", l.Name))
		}
	}
	if _, basis := w.concurrency(); basis == Assumed && d.HasFunction() && !w.functionless() {
		notes = append(notes, derivation("a concurrency of %s, an account's default, is assumed: state protection: {concurrency: …}", Whole(LambdaLimits.Concurrency)))
	}
	if d.has("throttling") && m.heldBy != "" {
		notes = append(notes, "API Gateway throttles and counts quotas on a best-effort basis: what they admit is a target and no ceiling")
	}
	if d.has("throttling") && !d.FreeRefusals && m.refused().Sign() > 0 {
		notes = append(notes, d.Title+": AWS does not say whether requests that it throttles are charged; they are taken as charged, and admitted_usd is the month if they are not. A counted flood of a stage with a low throttle, and the usage in the bill of that day, would tell")
	}
	if m.worst.Authorizer.MemoryMB > 0 && m.traffic.Authorized.Quantity.Sign() > 0 {
		notes = append(notes, "the authorizer is taken to run for every admitted request, and for no refused one")
	}
	if d.Limits.Connection > 0 {
		notes = append(notes, d.Title+": the attack opens as many connections as it may, keeps each for 2 h, and sends messages with the rest of its rate, each of which is taken to have one answer of the same size")
	}
	if w.mixed() && !d.has("websocket") {
		notes = append(notes, "the attack is on the front door: the WebSocket API next to it has its stated traffic; price a workload of that alone for its own worst month")
	}
	if d.FlatRate {
		notes = append(notes, "a flat-rate plan has no overage, and AWS does not say that it refuses what exceeds its allowance: all requests are taken to pass to what is behind the distribution, unless AWS WAF refuses them")
	}
	if w.Function.Duration.open || w.ResponseBytes.open || w.RequestBytes.open {
		notes = append(notes, "percentiles without a max do not determine the most expensive request: the largest value of the fit is taken; state max: with them")
	}
	return notes
}
