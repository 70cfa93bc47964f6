// Package compare tells what differs from what only seems to.
package compare
