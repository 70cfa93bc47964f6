package pricing

import "slices"

// FunctionAlone is no front door: a function that queues, schedules and other services
// invoke, which shares an account's tiers with what stands behind front doors. Each of
// its requests is an invocation. What invokes it is not billed here.
var FunctionAlone = Door{
	Name: "none", Title: "Function without a front door", Alone: true,
	Billed:       slices.Concat(functionBill, lambdaLogBill, watchingBill),
	Limits:       Limits{Timeout: LambdaLimits.Timeout},
	NoAccessLogs: "a function without a front door writes no access logs, so its bill has none",
	ruledOut: func(w *Workload) string {
		if w.functionless() || w.memoryless() {
			return "it has no function: state function with memory and duration"
		}
		return ""
	},
}

// memoryless says whether nothing of a function is stated.
func (w *Workload) memoryless() bool { mb, _ := w.memory(); return mb == 0 }

// frontDoors are those that an API may have: all, and none.
func frontDoors() []Door { return append(slices.Clone(Doors), FunctionAlone) }
