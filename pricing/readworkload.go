package pricing

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// The file format of a workload, as the schema has it.
type (
	workloadFile struct {
		Version     int      `json:"version"`
		Name        string   `json:"name"`
		Description string   `json:"description"`
		Region      string   `json:"region"`
		Requests    number   `json:"requests_per_month"`
		Hours       Quantity `json:"hours_per_month"`
		Profile     profile  `json:"profile"`
		RequestSize sizes    `json:"request_bytes"`
		ReplySize   sizes    `json:"response_bytes"`
		Refused     number   `json:"refused_share"`
		Preflights  number   `json:"preflights_per_request"`
		Integration string   `json:"integration"`
		Function    struct {
			Duration     sizes  `json:"duration_ms"`
			Init         sizes  `json:"init_ms"`
			ColdShare    number `json:"cold_share"`
			MemoryMB     int64  `json:"memory_mb"`
			Architecture string `json:"architecture"`
			EphemeralMB  int64  `json:"ephemeral_mb"`
			Streaming    bool   `json:"streaming"`
			Provisioned  struct {
				Environments number `json:"environments"`
				Hours        number `json:"hours"`
				Share        number `json:"share"`
			} `json:"provisioned"`
		} `json:"function"`
		Authorizer struct {
			Duration sizes  `json:"duration_ms"`
			MemoryMB int64  `json:"memory_mb"`
			Hits     number `json:"hit_ratio"`
		} `json:"authorizer"`
		Cache struct {
			GB   json.Number `json:"gb"`
			Hits number      `json:"hit_ratio"`
		} `json:"cache"`
		Connections struct {
			Requests number `json:"requests_per_connection"`
			Seconds  number `json:"seconds"`
			Kept     number `json:"kept_open"`
		} `json:"connections"`
		Sockets struct {
			Connections number `json:"connections"`
			Seconds     number `json:"seconds"`
			Messages    number `json:"messages"`
			Bytes       sizes  `json:"message_bytes"`
		} `json:"websocket"`
		Balancer struct {
			Zones     int64 `json:"public_zones"`
			Rules     int64 `json:"rules"`
			MutualTLS bool  `json:"mutual_tls"`
		} `json:"load_balancer"`
		Containers struct {
			Tasks    number   `json:"tasks"`
			VCPU     Quantity `json:"vcpu"`
			MemoryGB Quantity `json:"memory_gb"`
		} `json:"containers"`
		CDN struct {
			Viewers   string `json:"viewers"`
			Hits      number `json:"hit_ratio"`
			Functions number `json:"function_share"`
			Edge      struct {
				Share    number `json:"share"`
				Duration sizes  `json:"duration_ms"`
				MemoryMB int64  `json:"memory_mb"`
			} `json:"lambda_edge"`
		} `json:"cloudfront"`
		WAF struct {
			ACLs  int64 `json:"acls"`
			Rules int64 `json:"rules"`
		} `json:"waf"`
		Private struct {
			Zones int64 `json:"zones"`
		} `json:"private_endpoint"`
		Watching struct {
			AccessLog     sizes    `json:"access_log_bytes"`
			FunctionLog   sizes    `json:"function_log_bytes"`
			LogMonths     Quantity `json:"log_months"`
			ScannedGB     number   `json:"scanned_gb"`
			MetricsRead   number   `json:"metrics_read"`
			CustomMetrics int64    `json:"custom_metrics"`
			Alarms        int64    `json:"alarms"`
			TracedShare   number   `json:"traced_share"`
		} `json:"watching"`
		Requires []string `json:"requires"`
	}
	number  struct{ Range }
	sizes   struct{ Shape }
	profile struct{ weights []int64 }
)

// ReadWorkload reads a workload, YAML or JSON; name is the file's, for messages.
// It reports everything that is wrong with it at once, each with its line.
func ReadWorkload(name string, data []byte) (*Workload, error) {
	file, doc, err := decode[workloadFile](name, data, workloadRules)
	if err != nil {
		return nil, err
	}
	return file.workload(doc)
}

// UnmarshalJSON reads a number, one with a suffix such as "10M", or a range.
func (n *number) UnmarshalJSON(b []byte) error {
	if b[0] != '{' {
		q, err := scaled(b)
		n.Range = exactly(q)
		return err
	}
	var three struct{ Low, Likely, High json.RawMessage }
	if err := json.Unmarshal(b, &three); err != nil {
		return err
	}
	var err error
	for _, part := range []struct {
		text json.RawMessage
		into *Quantity
	}{{three.Low, &n.Low}, {three.Likely, &n.Likely}, {three.High, &n.High}} {
		if err == nil {
			*part.into, err = scaled(part.text)
		}
	}
	return err
}

// scaled reads 5, "5k", "5M" or "5B".
func scaled(b []byte) (Quantity, error) {
	text := strings.Trim(string(b), `"`)
	times := int64(1)
	switch {
	case strings.HasSuffix(text, "k"):
		times = 1_000
	case strings.HasSuffix(text, "M"):
		times = 1_000_000
	case strings.HasSuffix(text, "B"):
		times = 1_000_000_000
	}
	if times > 1 {
		text = strings.TrimSpace(text[:len(text)-1])
	}
	if strings.ContainsAny(text, "eE") { // a small or large number, as JSON writes it
		if f, err := strconv.ParseFloat(text, 64); err == nil {
			text = strconv.FormatFloat(f, 'f', -1, 64)
		}
	}
	q, err := ParseQuantity(text)
	return q.Mul(Whole(times)), err
}

// UnmarshalJSON reads a number, a range, percentiles or a histogram.
func (s *sizes) UnmarshalJSON(b []byte) error {
	var keys map[string]json.RawMessage
	if b[0] != '{' || json.Unmarshal(b, &keys) != nil || keys["likely"] != nil {
		var n number
		err := json.Unmarshal(b, &n)
		s.Range = n.Range
		return err
	}
	if h := keys["histogram"]; h != nil {
		return s.histogram(h)
	}
	var ps []percentile
	for key, text := range keys {
		q, err := scaled(text)
		if err != nil {
			return err
		}
		ps = append(ps, percentile{shareOf(key), q})
	}
	s.Buckets = fromPercentiles(ps)
	return nil
}

// histogram reads pairs of a value and how often it was counted.
func (s *sizes) histogram(b []byte) error {
	var pairs [][2]Quantity
	if err := json.Unmarshal(b, &pairs); err != nil {
		return err
	}
	for _, p := range pairs {
		s.Buckets = append(s.Buckets, Bucket{nearest(p[0].Mul(Whole(thousandths))), nearest(p[1])})
	}
	return nil
}

// shareOf turns a percentile's key into hundredths of a percent: p99.9 is 9990,
// min is 0 and max all.
func shareOf(key string) int64 {
	switch key {
	case "min":
		return 0
	case "max":
		return 10_000
	}
	f, _ := strconv.ParseFloat(strings.TrimPrefix(key, "p"), 64)
	return int64(f*100 + 0.5)
}

// UnmarshalJSON reads a profile's name, a day of 24 hours or a week of seven
// such, or hourly counts.
func (p *profile) UnmarshalJSON(b []byte) error {
	var name string
	if json.Unmarshal(b, &name) == nil {
		p.weights = profileNamed(name)
		return nil
	}
	var table struct {
		Week [][]int64 `json:"week"`
		Day  []int64   `json:"day"`
		Each []int64   `json:"hourly"`
	}
	if err := json.Unmarshal(b, &table); err != nil {
		return err
	}
	p.weights = slices.Concat(slices.Concat(table.Week...), table.Day, table.Each)
	return nil
}
