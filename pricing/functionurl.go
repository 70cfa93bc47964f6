package pricing

import "slices"

// FunctionURL is a Lambda function's own address. Sources: Lambda developer
// guide, "Creating and managing Lambda function URLs" (IAM or nothing, no custom
// domain), "Response streaming" and "Monitoring Lambda function URLs" (no access
// logs). Its limits are Lambda's.
// Reserved concurrency caps what the function does; it does not throttle callers.
var FunctionURL = Door{
	Name: "function-url", Title: "Function URL",
	Features: []string{"iam", "streaming"},
	Limits:   Limits{Timeout: LambdaLimits.Timeout, RequestBytes: LambdaBody, ResponseBytes: LambdaBody},
	Billed:   slices.Concat(functionBill, lambdaLogBill, watchingBill, socketBill, toViewers),

	NoAccessLogs: "a function URL writes no access logs, so its bill has none",
}
