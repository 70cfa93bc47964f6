package pricing

import "time"

// flood is an attack on a WebSocket API. It opens as many connections as it may, keeps
// each as long as the API lets it, and sends messages with the rest of its rate, each of
// which the function answers by one. A connection costs more than a message: two hours
// of it are $0.00003 and two invocations, a message of 128 KB $0.000004 and one.
func (m *attackedMonth) flood(w *Workload, d Door) {
	opened, by := least(m.layers, m.admitted, func(l Layer) bool { return l.of == opening })
	if by != "" && m.heldBy != "" {
		m.heldBy += ", "
	}
	m.heldBy += by
	m.worst = w.worst(Quantity{}, Quantity{})
	life := Whole(int64(d.Limits.Connection / time.Second))
	if m.seconds.Cmp(life) < 0 {
		life = m.seconds
	}
	s := &m.worst.Sockets
	s.Connections, s.Seconds, s.Messages = exactly(opened), exactly(life), exactly(m.admitted.Sub(opened).Mul(Whole(2)))
	s.FromClients = Range{}                 // half of them: each has an answer
	s.Units, s.Invoked = Amount{}, Amount{} // a run has not seen these messages
	m.traffic = d.Traffic(m.worst)
	m.traffic.Init, m.traffic.ColdStarts = Dist{}, Amount{}
	m.traffic.RefusedMessages = amount(m.refused())
}
