package pricing

import (
	"slices"
	"time"
)

// FunctionURL is a Lambda function's own address. Sources: Lambda developer
// guide, "Creating and managing Lambda function URLs" (IAM or nothing, no custom
// domain), "Response streaming" and "Lambda quotas" (900 s, 6 MB each way).
// Reserved concurrency caps what the function does; it does not throttle callers.
var FunctionURL = Door{
	Name: "function-url", Title: "Function URL",
	Features: []string{"iam", "streaming"},
	Limits:   Limits{Timeout: 900 * time.Second, RequestBytes: 6 << 20, ResponseBytes: 6 << 20},
	Billed:   slices.Concat(functionBill, watchingBill, toViewers),
}
