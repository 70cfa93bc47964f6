// Package simulate makes runs that nobody measured, with known differences
// between targets and between nights, so that the error rates of package
// compare can be counted. What it makes are runs as results.Open would return
// them, so that the very code of the product works on them.
package simulate
