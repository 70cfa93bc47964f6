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
	"tollgate/scenarios/values"
	"tollgate/targets"
)

// A Phase is how far an exchange had come when it failed.
type Phase uint8

const (
	WhileSigning    Phase = iota
	WhileDialling         // name resolution and TCP handshake
	WhileSecuring         // TLS handshake
	WhileExchanging       // on an open connection
)

// Classify returns why an exchange failed. A deadline or the end of the run
// explain any failure that they cause, whatever else the error says; then the
// generator's own limits and files; then the phase.
func Classify(err error, during Phase) results.ErrClass {
	var dns *net.DNSError
	var upload *targets.UploadError
	switch {
	case err == nil:
		return results.ErrNone
	case errors.Is(err, context.Canceled):
		return results.ErrCancelled
	case errors.Is(err, ErrBlocked):
		return results.ErrBlocked
	case errors.As(err, new(*HostError)), errors.Is(err, values.ErrHeader): // neither was sent
		return results.ErrUnexpected
	case during == WhileSigning || IsErrno(err, OwnErrnos) || errors.As(err, &upload):
		return results.ErrGenerator
	case errors.Is(err, context.DeadlineExceeded):
		return results.ErrTimeout
	case errors.As(err, &dns):
		return results.ErrDNS
	case isTimeout(err):
		return results.ErrTimeout
	case during == WhileDialling:
		return results.ErrRefused
	case during == WhileSecuring || isAlert(err):
		return results.ErrTLS
	case isEnd(err):
		return results.ErrReset
	default:
		return results.ErrMalformed
	}
}

// OpeningPhase is the phase in which a connection failed to open. One that was reset
// had been accepted before: one that is refused fails otherwise.
func OpeningPhase(err error, secure bool) Phase {
	switch {
	case !IsErrno(err, endErrnos):
		return WhileDialling
	case secure:
		return WhileSecuring
	}
	return WhileExchanging
}

// isAlert reports whether the server ended TLS with an alert. Under TLS 1.3 it
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

// isEnd reports whether the connection, or the stream of HTTP/2, ended, in whatever way.
func isEnd(err error) bool {
	var op *net.OpError
	if _, ok := errors.AsType[Ended](err); ok {
		return true
	}
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) ||
		IsErrno(err, endErrnos) || errors.As(err, &op)
}

func IsErrno(err error, among []syscall.Errno) bool {
	no, ok := errors.AsType[syscall.Errno](err)
	return ok && slices.Contains(among, no)
}
