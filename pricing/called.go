package pricing

import (
	"cmp"
	"fmt"
	"slices"
)

// A Call is what single routes of an API lead to in place of a function, in a month.
type Call struct {
	Of          string // "DynamoDB PutItem"
	Type        string // of integration: "dynamodb"
	Action      string
	Express     bool     // Step Functions: the workflow's type; else it is a standard one
	Transitions Quantity // Step Functions: state transitions of an execution of a standard workflow; 0: not stated

	Requests      Amount
	RequestBytes  Dist // with heads: an upper bound of what is stored or sent on
	ResponseBytes Dist // with heads: an upper bound of what is read
	Duration      Dist // µs
}

// What services are metered in. Sources: the pricing pages of SQS and SNS (64 KB chunks),
// DynamoDB (on demand: a write request unit is up to 1 KB, a read request unit up to 4 KB of
// which an eventually consistent read, the default of its API, takes half) and Step
// Functions (express workflows: 100 ms, 64 MB).
const (
	messageChunk = 64 << 10
	writeUnit    = 1 << 10
	readUnit     = 4 << 10
	expressStep  = 100_000 // µs
	expressMB    = 64
)

// What services charge for calls by integrations. What depends on more than the call, such
// as deliveries of a topic or what a workflow calls, is not in it.
var (
	QueueRequests = calls("sqs.requests", "SQS requests", Requests, "queue", nil, func(c Call) Reading {
		return c.perUnit(c.RequestBytes, messageChunk, Whole(1), "messages", "64 KB chunks")
	})
	TopicRequests = calls("sns.requests", "SNS publishes", Requests, "sns", nil, func(c Call) Reading {
		r := c.perUnit(c.RequestBytes, messageChunk, Whole(1), "publishes", "64 KB chunks")
		r.Caveat = "what SNS charges for deliveries to subscribers is not in this bill"
		return r
	})
	ObjectWrites = calls("s3.put", "S3 PUT requests", Requests, "s3", []string{"PutObject"}, func(c Call) Reading { return asCounted(c.Requests, "requests") })
	ObjectReads  = calls("s3.get", "S3 GET requests", Requests, "s3", []string{"GetObject"}, func(c Call) Reading { return asCounted(c.Requests, "requests") })

	TableWrites = calls("dynamodb.writes", "DynamoDB on-demand writes", RequestUnits, "dynamodb", []string{"PutItem", "UpdateItem", "DeleteItem"}, func(c Call) Reading {
		r := c.perUnit(c.RequestBytes, writeUnit, Whole(1), "writes", "units of 1 KB, the request taken for the item")
		r.Caveat = onDemand
		return r
	})
	TableReads = calls("dynamodb.reads", "DynamoDB on-demand reads", RequestUnits, "dynamodb", []string{"GetItem", "Query", "Scan"}, func(c Call) Reading {
		r := c.perUnit(c.ResponseBytes, readUnit, Ratio(1, 2), "reads", "halves of units of 4 KB, the response taken for the items")
		r.Caveat = onDemand
		return r
	})

	Transitions = calls("stepfunctions.transitions", "Step Functions state transitions", StateTransitions, "step-functions", nil, func(c Call) Reading {
		switch {
		case c.Express:
			return Reading{}
		case c.Transitions.Sign() <= 0:
			return Reading{Caveat: "what Step Functions charges for state transitions is not in this bill: state transitions at the integration, how many an execution has"}
		}
		q := c.Requests.Quantity.Mul(c.Transitions)
		return Reading{Quantity: q, Basis: asked(c.Requests), Derivation: derivation("%s executions × %s transitions = %s", c.Requests.Quantity, c.Transitions, q)}
	})
	ExpressRequests = calls("stepfunctions.express.requests", "Step Functions express requests", Requests, "step-functions", nil, func(c Call) Reading {
		if !c.Express {
			return Reading{}
		}
		return asCounted(c.Requests, "executions")
	})
	ExpressDuration = calls("stepfunctions.express.duration", "Step Functions express duration", GBSeconds, "step-functions", nil, func(c Call) Reading {
		switch {
		case !c.Express:
			return Reading{}
		case c.Action != "StartSyncExecution" || c.Duration.Empty():
			return Reading{Caveat: "what Step Functions charges for the duration of express workflows is not in this bill: StartExecution does not wait for their end"}
		}
		steps := c.Duration.Expect(increments(expressStep))
		q := c.Requests.Quantity.Mul(steps).Mul(Ratio(expressStep, 1_000_000)).Mul(Ratio(expressMB, 1024))
		return Reading{
			Quantity: q, Basis: Assumed, Caveat: "the duration of express workflows is the client's service time, and each is taken to use 64 MB",
			Derivation: derivation("%s executions × %s steps of 100 ms × 64/1,024 GB = %s GB-seconds", c.Requests.Quantity, steps, q),
		}
	})
)

const onDemand = "DynamoDB is billed as a table on demand, by the sizes of requests and responses with their heads; items may be smaller, and tables may have provisioned capacity"

// calledBill is what services charge that an API calls in place of a function.
var calledBill = []Dimension{QueueRequests, TopicRequests, ObjectWrites, ObjectReads, TableWrites, TableReads, Transitions, ExpressRequests, ExpressDuration}

// calls is a dimension that adds up calls of one type, and of some actions if they are given.
func calls(id, title string, unit Unit, of string, actions []string, meter func(Call) Reading) Dimension {
	d := metered(id, title, unit, func(t Traffic) (sum Reading) {
		for _, c := range t.Called {
			if c.Type != of || c.Requests.Quantity.Sign() <= 0 || actions != nil && !slices.Contains(actions, c.Action) {
				continue
			}
			r := meter(c)
			sum.Caveat = cmp.Or(sum.Caveat, r.Caveat)
			if r.Quantity.Sign() == 0 {
				continue
			}
			sum.Quantity, sum.Basis = sum.Quantity.Add(r.Quantity), weakest(sum.Basis, r.Basis)
			if sum.Derivation != "" {
				sum.Derivation += "; "
			}
			sum.Derivation += c.Of + ": " + r.Derivation
		}
		return sum
	})
	d.Called = true
	return d
}

// perUnit reads how many units of a size the calls have, at least one each, of which each
// counts as a part.
func (c Call) perUnit(bytes Dist, size int64, part Quantity, what, how string) Reading {
	mean := Whole(1)
	if !bytes.Empty() {
		mean = bytes.Expect(increments(size))
	}
	q := c.Requests.Quantity.Mul(mean).Mul(part)
	return Reading{
		Quantity: q, Basis: weakest(c.Requests.Basis, Assumed),
		Derivation: derivation("%s %s × %s %s = %s", c.Requests.Quantity, what, mean.Mul(part), how, q),
	}
}

// CallNotes say what a bill leaves out of what is called in place of a function.
func CallNotes(t Traffic) (notes []string) {
	for _, c := range t.Called {
		if c.Requests.Quantity.Sign() > 0 && c.Type == "http" {
			notes = append(notes, fmt.Sprintf("no function is invoked for %s requests a month, which lead to the %s: what it runs on is not in this bill", Figure(c.Requests.Quantity.floor()), c.Of))
		}
	}
	return notes
}
