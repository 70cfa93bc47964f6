package pricing

import (
	"fmt"
	"slices"
	"strings"
)

// workload checks what a schema cannot say and makes the workload.
func (f workloadFile) workload(doc *document) (*Workload, error) {
	w := &Workload{
		Name: f.Name, Description: f.Description, Region: f.Region, Requests: f.Requests.Range, Hours: f.Hours,
		RequestBytes: f.RequestSize.Shape, ResponseBytes: f.ReplySize.Shape,
		Refused: f.Refused.Range, Preflights: f.Preflights.Range, Direct: f.Integration == "direct",
		Function: FunctionUse{
			Duration: f.Function.Duration.Shape, Init: f.Function.Init.Shape, ColdShare: f.Function.ColdShare.Range,
			MemoryMB: f.Function.MemoryMB, Architecture: f.Function.Architecture, EphemeralMB: f.Function.EphemeralMB,
			Streaming: f.Function.Streaming, Provisioned: f.Function.Provisioned.Environments.Range,
			ReadyHours: f.Function.Provisioned.Hours.Range, ReadyShare: f.Function.Provisioned.Share.Range,
		},
		Authorizer:  AuthorizerUse{Duration: f.Authorizer.Duration.Shape, MemoryMB: f.Authorizer.MemoryMB, Hits: f.Authorizer.Hits.Range},
		Cache:       CacheUse{GB: f.Cache.GB.String(), Hits: f.Cache.Hits.Range},
		Connections: ConnectionUse{Requests: f.Connections.Requests.Range, Seconds: f.Connections.Seconds.Range, Kept: f.Connections.Kept.Range},
		Sockets: SocketUse{
			Connections: f.Sockets.Connections.Range, Seconds: f.Sockets.Seconds.Range,
			Messages: f.Sockets.Messages.Range, Bytes: f.Sockets.Bytes.Shape,
		},
		Balancer:   BalancerUse{Zones: f.Balancer.Zones, Rules: f.Balancer.Rules, MutualTLS: f.Balancer.MutualTLS},
		Containers: ContainerUse{Tasks: f.Containers.Tasks.Range, VCPU: f.Containers.VCPU, MemoryGB: f.Containers.MemoryGB},
		CDN: CDNUse{
			Viewers: f.CDN.Viewers, Hits: f.CDN.Hits.Range, FunctionShare: f.CDN.Functions.Range, EdgeShare: f.CDN.Edge.Share.Range,
			EdgeDuration: f.CDN.Edge.Duration.Shape, EdgeMemoryMB: f.CDN.Edge.MemoryMB,
		},
		WAF: WAFUse{ACLs: f.WAF.ACLs, Rules: f.WAF.Rules}, Private: f.Private.Zones,
		Watching: WatchingUse{
			AccessLog: f.Watching.AccessLog.Shape, FunctionLog: f.Watching.FunctionLog.Shape, LogMonths: f.Watching.LogMonths,
			ScannedGB: f.Watching.ScannedGB.Range, MetricsRead: f.Watching.MetricsRead.Range,
			CustomMetrics: f.Watching.CustomMetrics, Alarms: f.Watching.Alarms, TracedShare: f.Watching.TracedShare.Range,
		},
	}
	for _, word := range f.Requires {
		if feature, known := FeatureNamed(word); known { // the schema has seen to it
			w.Requires = append(w.Requires, feature.Name)
		}
	}
	if err := CheckRegion(f.Region); err != nil {
		doc.fault("/region", "%q %v", f.Region, err)
	}
	f.checkNumbers(doc)
	var err error
	if len(f.Profile.weights) > 0 {
		if w.Profile, err = ProfileOf(f.Profile.weights); err != nil {
			doc.fault("/profile", "%v", err)
		}
	}
	if w.Requests.High.Sign() == 0 && !w.Sockets.stated() {
		doc.fault("", "needs requests_per_month, or a websocket section")
	}
	if err := doc.err(); err != nil {
		return nil, err
	}
	return w, nil
}

// checkNumbers looks at every range, percentile and histogram of the file.
func (f workloadFile) checkNumbers(doc *document) {
	for path := range doc.lines {
		m, ok := doc.lookup(path).(map[string]any)
		if !ok {
			continue
		}
		if _, ok := m["likely"]; ok {
			checkAscending(doc, path, m, []string{"low", "likely", "high"})
			continue
		}
		var keys []string
		for key := range m {
			if key == "min" || key == "max" || (strings.HasPrefix(key, "p") && shareOf(key) > 0) {
				keys = append(keys, key)
			}
		}
		if len(keys) == len(m) && len(m) > 0 {
			slices.SortFunc(keys, func(a, b string) int { return int(shareOf(a) - shareOf(b)) })
			checkAscending(doc, path, m, keys)
		}
	}
	f.checkShares(doc)
}

// checkAscending wants each of a mapping's numbers to be no less than the one before.
func checkAscending(doc *document, path string, m map[string]any, keys []string) {
	var before Quantity
	for i, key := range keys {
		q, err := scaled(fmt.Append(nil, m[key]))
		switch {
		case err != nil:
			doc.fault(path+"/"+key, "%v", err)
		case i > 0 && q.Cmp(before) < 0:
			doc.fault(path+"/"+key, "must be at least %s, which is %s, is %s", keys[i-1], figure(before), figure(q))
		}
		before = q
	}
}

// checkShares wants shares to be at most 1, and amounts to be of this world.
func (f workloadFile) checkShares(doc *document) {
	one, absurd := Whole(1), Whole(1_000_000_000_000_000)
	for _, s := range []struct {
		path string
		r    Range
		most Quantity
	}{
		{"/refused_share", f.Refused.Range, one},
		{"/function/cold_share", f.Function.ColdShare.Range, one},
		{"/function/provisioned/share", f.Function.Provisioned.Share.Range, one},
		{"/authorizer/hit_ratio", f.Authorizer.Hits.Range, one},
		{"/cache/hit_ratio", f.Cache.Hits.Range, one},
		{"/cloudfront/hit_ratio", f.CDN.Hits.Range, one},
		{"/cloudfront/function_share", f.CDN.Functions.Range, one},
		{"/cloudfront/lambda_edge/share", f.CDN.Edge.Share.Range, one},
		{"/watching/traced_share", f.Watching.TracedShare.Range, one},
		{"/requests_per_month", f.Requests.Range, absurd},
		{"/websocket/messages", f.Sockets.Messages.Range, absurd},
		{"/websocket/connections", f.Sockets.Connections.Range, absurd},
	} {
		if s.r.High.Cmp(s.most) > 0 {
			doc.fault(s.path, "must be at most %s, is %s", short(s.most), figure(s.r.High))
		}
	}
	if r := f.Connections.Requests.Range; r.High.Sign() > 0 && r.Low.Cmp(one) < 0 {
		doc.fault("/connections/requests_per_connection", "must be at least 1, is %s", figure(r.Low))
	}
}
