package event

// A balanced is an event of a load balancer, either with single values or with
// lists.
type balanced struct {
	Context    contextALB          `json:"requestContext"`
	Method     string              `json:"httpMethod"`
	Path       string              `json:"path"`
	Query      *map[string]string  `json:"queryStringParameters,omitempty"`
	MultiQuery *values             `json:"multiValueQueryStringParameters,omitempty"`
	Headers    map[string]string   `json:"headers,omitempty"`
	Multi      map[string][]string `json:"multiValueHeaders,omitempty"`
	Body       string              `json:"body"`
	Base64     bool                `json:"isBase64Encoded"`
}

type contextALB struct {
	ELB struct {
		Group string `json:"targetGroupArn"`
	} `json:"elb"`
}

// encodeALB makes a load balancer's event with one value each, the last one.
// Parameters are not decoded.
func encodeALB(r *Request) any {
	e := r.balanced()
	query := r.query(false).one()
	if query == nil {
		query = map[string]string{}
	}
	e.Query, e.Headers = &query, r.balancedHeaders().one()
	return e
}

// encodeALBMulti makes it with multi-value headers.
func encodeALBMulti(r *Request) any {
	e := r.balanced()
	query := r.query(false)
	e.MultiQuery, e.Multi = &query, r.balancedHeaders()
	return e
}

func (r *Request) balancedHeaders() values {
	head := r.headers(true)
	if len(r.Body) > 0 {
		r.length(head)
	}
	return head
}

func (r *Request) balanced() balanced {
	e := balanced{Method: r.Method, Path: r.RawFull}
	e.Context.ELB.Group = r.Group
	e.Body, e.Base64 = r.body(r.textual())
	return e
}
