package pricing

// How a workload's traffic changes behind a door. Each of these takes a month
// in which every request that is not refused invokes the function.

// authorise runs the authoriser for every request that its cache does not
// answer; preflights carry no credentials and pass by it.
func (w *Workload) authorise(t *Traffic) {
	if w.Authorizer.MemoryMB == 0 {
		return
	}
	asked := w.Requests.Likely
	if w.Sockets.stated() { // only when a connection is opened
		asked = w.Sockets.Connections.Likely
	}
	t.Authorized = amount(asked.Sub(asked.Mul(w.Authorizer.Hits.Likely)))
	t.AuthorizerDuration = w.Authorizer.Duration.dist(millisecond)
	t.AuthorizerMemoryMB = w.Authorizer.MemoryMB
}

// cached answers a share of the requests without the function.
func (w *Workload) cached(t *Traffic) {
	if w.Cache.GB == "" {
		return
	}
	t.CacheGB = w.Cache.GB
	t.Invocations = w.missed(t.Invocations, w.Cache.Hits)
}

// missed is what is left of n when a cache answers a share of it.
func (w *Workload) missed(n Amount, hits Range) Amount {
	n.Quantity = n.Quantity.Sub(n.Quantity.Mul(hits.Likely))
	return n
}

// preflighted lets the function answer preflights: a load balancer passes them on.
func (w *Workload) preflighted(t *Traffic) {
	if t.Invocations.Quantity.Sign() > 0 {
		t.Invocations.Quantity = t.Invocations.Quantity.Add(w.Requests.Likely.Mul(w.Preflights.Likely))
	}
}

// framed makes the bytes of a load balancer of a WebSocket workload: messages
// pass it as frames of its connections, which are its requests.
func (w *Workload) framed(t *Traffic) {
	if !w.Sockets.stated() || w.Sockets.Connections.Likely.Sign() == 0 {
		return
	}
	opened := w.Sockets.Connections.Likely
	t.Requests = amount(opened)
	each := w.Sockets.Messages.Likely.Mul(w.Sockets.Bytes.dist(1).Mean()).Div(opened)
	// Half of the messages are taken to go each way.
	t.ResponseBytes = Point(nearest(each.Div(Whole(2))), Stated, "half of a connection's messages")
	t.RequestBytes = t.ResponseBytes
}

// routed invokes the function of a WebSocket API, where there is one: when a
// connection opens and closes, and for messages of clients, half of all.
func (w *Workload) routed(t *Traffic) {
	t.Invocations = Amount{}
	if w.Function.MemoryMB > 0 {
		n := w.Sockets.Connections.Likely.Mul(Whole(2)).Add(w.Sockets.Messages.Likely.Div(Whole(2)))
		t.Invocations = Amount{Quantity: n, Basis: Assumed, Source: "two for each connection and one for every second message"}
	}
}

// edge puts a distribution before the door.
func (w *Workload) edge(t *Traffic) {
	t.Edge = Edge{
		Viewers:     w.CDN.Viewers,
		Misses:      w.missed(t.Requests, w.CDN.Hits),
		Runs:        amount(t.Requests.Quantity.Mul(w.CDN.FunctionShare.Likely)),
		Invocations: amount(t.Requests.Quantity.Mul(w.CDN.EdgeShare.Likely)),
		Duration:    w.CDN.EdgeDuration.dist(millisecond),
		MemoryMB:    w.CDN.EdgeMemoryMB,
	}
	t.Invocations = w.missed(t.Invocations, w.CDN.Hits)
}
