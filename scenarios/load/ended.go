package load

import (
	"fmt"

	"golang.org/x/net/http2"
)

// An Ended is the end that a server made of a stream or a connection, in HTTP/2. Its class
// is that of a connection that ends.
type Ended string

func (e Ended) Error() string { return string(e) }

// ResetBy is the end of a stream by RST_STREAM with a code.
func ResetBy(code uint32) Ended {
	return Ended(fmt.Sprintf("stream reset by the server (%v)", http2.ErrCode(code)))
}

// GoneWith is the end of a connection by GOAWAY with a code.
func GoneWith(code uint32) Ended {
	return Ended(fmt.Sprintf("connection closed by the server (GOAWAY, %v)", http2.ErrCode(code)))
}
