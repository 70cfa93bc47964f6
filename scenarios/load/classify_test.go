package load

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
	"testing"

	"tollgate/results"
	"tollgate/scenarios/values"
)

func TestClassify(t *testing.T) {
	own := OwnErrnos[0]
	op := func(err error) error { return &net.OpError{Op: "dial", Err: os.NewSyscallError("connect", err)} }
	rows := []struct {
		name   string
		err    error
		during Phase
		want   results.ErrClass
	}{
		{"no error", nil, WhileExchanging, results.ErrNone},
		{"a name that does not exist", op(&net.DNSError{Err: "no such host", IsNotFound: true}), WhileDialling, results.ErrDNS},
		{"a resolver that does not answer", &net.DNSError{Err: "i/o timeout", IsTimeout: true}, WhileDialling, results.ErrDNS},
		{"the request's deadline, whatever it waited for", fmt.Errorf("lookup: %w", context.DeadlineExceeded), WhileDialling, results.ErrTimeout},
		{"the end of the run, whatever was under way", fmt.Errorf("dial: %w", context.Canceled), WhileDialling, results.ErrCancelled},
		{"no more descriptors", op(own), WhileDialling, results.ErrGenerator},
		{"a signer that fails", errors.New("expired"), WhileSigning, results.ErrGenerator},
		{"a value that no header can carry", fmt.Errorf("${users.name}: %w", values.ErrHeader), WhileSigning, results.ErrUnexpected},
		{"no route", op(syscall.EHOSTUNREACH), WhileDialling, results.ErrRefused},
		{"a system's own timeout", os.ErrDeadlineExceeded, WhileDialling, results.ErrTimeout},
		{"a bad certificate", &tls.CertificateVerificationError{Err: errors.New("unknown authority")}, WhileSecuring, results.ErrTLS},
		{"a reset in the handshake", op(endErrnos[0]), WhileSecuring, results.ErrTLS},
		{"a reset in the response", op(endErrnos[0]), WhileExchanging, results.ErrReset},
		{"an early end", io.ErrUnexpectedEOF, WhileExchanging, results.ErrReset},
		{"anything else that was read", errors.New("malformed HTTP version"), WhileExchanging, results.ErrMalformed},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			if got := Classify(row.err, row.during); got != row.want {
				t.Errorf("classify(%v) = %v, want %v", row.err, got, row.want)
			}
		})
	}
}
