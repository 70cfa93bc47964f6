package doors

import (
	"crypto/tls"
	"net"
	"net/http"
	"net/url"
	"slices"
	"time"

	"tollgate/targets/lab/aws/s3"
	"tollgate/targets/lab/aws/sigv4"
)

// openObjects opens the bucket that clients of the sample application put objects into: at
// an address of its own, as S3 is another host than any front door. It speaks HTTPS where all
// doors do, and HTTP/1.1 alone, as S3.
func (s *Set) openObjects(c Config) (net.Listener, *http.Server, error) {
	signer := c.Credentials[0]
	s.objects = &s3.Bucket{Name: "uploads", Region: region, Keys: sigv4.Keys{signer.AccessKeyID: signer.SecretAccessKey}, Signer: signer.AccessKeyID}
	host, _, _ := net.SplitHostPort(c.Listen) // checked
	listener, err := net.Listen("tcp", net.JoinHostPort(host, "0"))
	if err != nil {
		return nil, nil, cannotListen("the lab's object store", err)
	}
	s.addresses = append(s.addresses, listener.Addr().String())
	s.objects.URL = &url.URL{Scheme: "http", Host: dialled(listener.Addr().String())}
	server := s.server(s.objects, time.Minute)
	if len(c.Doors) > 0 && !slices.ContainsFunc(c.Doors, func(d DoorConfig) bool { return !d.TLS }) {
		s.objects.URL.Scheme = "https"
		server.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{s.authority.valid}}
		server.Protocols = new(http.Protocols)
		server.Protocols.SetHTTP1(true)
	}
	return listener, server, nil
}

// ObjectsURL is the host of the object store.
func (s *Set) ObjectsURL() string { return s.objects.URL.String() }
