package cloudwatch

import (
	"net/http"

	"tollgate/targets/lab/aws/protocol"
)

// Service returns CloudWatch's API over the store.
func (s *Store) Service() *protocol.Service {
	const version = "2010-08-01"
	return &protocol.Service{
		Name:   "GraniteServiceVersion20100801",
		Shapes: "com.amazonaws.cloudwatch",
		JSON:   "1.0",
		Query:  protocol.Query{Version: version, XML: "http://monitoring.amazonaws.com/doc/" + version + "/"},
		Operations: map[string]protocol.Operation{
			"GetMetricData": s.getMetricData,
			"ListMetrics":   s.listMetrics,
		},
	}
}

// Handler serves the store to whoever asks, and answers what [Store.Refuse]
// orders.
func (s *Store) Handler() http.Handler {
	service := s.Service()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if refusal, ordered := s.faults.take(); ordered {
			service.Refuse(w, r, refusal)
			return
		}
		service.ServeHTTP(w, r)
	})
}
