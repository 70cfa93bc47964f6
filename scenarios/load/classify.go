package load

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"slices"
	"syscall"

	"tollgate/results"
)

// A phase is how far an exchange had come when it failed.
type phase uint8

const (
	whileSigning    phase = iota
	whileDialling         // name resolution and TCP handshake
	whileSecuring         // TLS handshake
	whileExchanging       // on an open connection
)

// classify says why an exchange failed. A deadline or the end of the run
// explain any failure that they cause, whatever else the error says; then the
// generator's own limits; then the phase.
func classify(err error, during phase) results.ErrClass {
	var dns *net.DNSError
	switch {
	case err == nil:
		return results.ErrNone
	case errors.Is(err, context.Canceled):
		return results.ErrCancelled
	case during == whileSigning || isErrno(err, ownErrnos):
		return results.ErrGenerator
	case errors.Is(err, context.DeadlineExceeded):
		return results.ErrTimeout
	case errors.As(err, &dns):
		return results.ErrDNS
	case isTimeout(err):
		return results.ErrTimeout
	case during == whileDialling:
		return results.ErrRefused
	case during == whileSecuring || isAlert(err):
		return results.ErrTLS
	case isEnd(err):
		return results.ErrReset
	default:
		return results.ErrMalformed
	}
}

// opening is the phase in which a connection failed to open. One that was reset
// had been accepted before: one that is refused fails otherwise.
func opening(err error, secure bool) phase {
	switch {
	case !isErrno(err, endErrnos):
		return whileDialling
	case secure:
		return whileSecuring
	}
	return whileExchanging
}

// isAlert says whether the server ended TLS with an alert. Under TLS 1.3 it
// refuses a client after the client's part of the handshake, which then shows in
// the first response.
func isAlert(err error) bool {
	var op *net.OpError
	var demand demandError
	return errors.As(err, &demand) || errors.As(err, &op) && op.Op == "remote error"
}

func isTimeout(err error) bool {
	var n net.Error
	return errors.Is(err, os.ErrDeadlineExceeded) || errors.As(err, &n) && n.Timeout()
}

// isEnd says whether the connection ended, in whatever way.
func isEnd(err error) bool {
	var op *net.OpError
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) ||
		isErrno(err, endErrnos) || errors.As(err, &op)
}

func isErrno(err error, among []syscall.Errno) bool {
	var no syscall.Errno
	return errors.As(err, &no) && slices.Contains(among, no)
}
