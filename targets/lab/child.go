package lab

import (
	"bufio"
	"cmp"
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"tollgate/pricing/document"
	"tollgate/targets"
)

// An Opened is where a lab in another process serves: one line of JSON.
type Opened struct {
	Error      string `json:"error,omitempty"` // why there is no lab; everything else is empty then
	Doors      []Door `json:"doors,omitempty"`
	CloudWatch string `json:"cloudwatch,omitempty"`
	Tokens     string `json:"tokens,omitempty"`  // the token endpoint
	Objects    string `json:"objects,omitempty"` // the host of the object store
	Truth      string `json:"truth,omitempty"`
	Faults     string `json:"faults,omitempty"` // where faults can be ordered
	CA         string `json:"ca,omitempty"`     // where the certificate of the test CA can be read
	CAPEM      string `json:"ca_pem,omitempty"` // the same as text
	Region     string `json:"region,omitempty"` // that everything there is in

	Credentials []Credential `json:"credentials,omitempty"` // that requests to AWS's services there are signed with
}

// Keys are what requests to the lab's AWS services are signed with.
func (o Opened) Keys() targets.Keys {
	if len(o.Credentials) == 0 {
		return targets.LabKeys
	}
	return targets.Keys{ID: o.Credentials[0].AccessKeyID, Secret: targets.NewSecret(o.Credentials[0].SecretAccessKey)}
}

// Authority is the lab's own test CA, to be trusted at its doors with TLS.
func (o Opened) Authority() (*x509.CertPool, error) {
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM([]byte(o.CAPEM)) {
		return nil, errors.New("the lab did not say which certificate it uses")
	}
	return pool, nil
}

// longestLine bounds what either side of the protocol reads as one line.
const longestLine = 1 << 20

// Serve is the child's side: it reads a Config from the first line of stdin,
// starts the lab, writes an Opened as one line to stdout and serves until
// stdin ends or ctx does. The end of stdin is how a child learns that its
// parent is gone, however it went.
//
// Why a lab cannot start goes to the parent and is returned. When ctx ends,
// a read of stdin may be left behind: the caller is about to exit.
func Serve(ctx context.Context, stdin io.Reader, stdout io.Writer) error {
	defer TuneGC()()
	l, err := startFrom(stdin)
	if err != nil {
		return errors.Join(err, announce(stdout, Opened{Error: err.Error()}))
	}
	err = announce(stdout, l.Opened())
	if err == nil {
		untilEnd(ctx, stdin)
	}
	return errors.Join(err, l.Close())
}

func startFrom(in io.Reader) (*Lab, error) {
	line, err := readLine(in)
	if err != nil {
		return nil, fmt.Errorf("no configuration of the lab on standard input: %w", err)
	}
	var c Config
	if err := document.Read("the lab's configuration", line, &c).Err(); err != nil {
		return nil, err
	}
	return Start(c)
}

func announce(stdout io.Writer, o Opened) error {
	if err := json.NewEncoder(stdout).Encode(o); err != nil {
		return fmt.Errorf("cannot write where the lab is: %w", err)
	}
	return nil
}

func untilEnd(ctx context.Context, in io.Reader) {
	ended := make(chan struct{})
	go func() {
		_, _ = io.Copy(io.Discard, in) // an error is an end too
		close(ended)
	}()
	select {
	case <-ended:
	case <-ctx.Done():
	}
}

// readLine reads one line of bounded length. A last line needs no line end.
func readLine(in io.Reader) ([]byte, error) {
	s := bufio.NewScanner(in)
	s.Buffer(nil, longestLine)
	switch {
	case s.Scan():
		return s.Bytes(), nil
	case errors.Is(s.Err(), bufio.ErrTooLong):
		return nil, fmt.Errorf("a line is longer than %d bytes", longestLine)
	}
	return nil, cmp.Or(s.Err(), io.EOF)
}
