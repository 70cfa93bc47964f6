//go:build !unix

package results

const noWait = 0
