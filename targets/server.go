package targets

import (
	"errors"
	"fmt"
	"net/url"
)

// ParseServer reads the address of a web server that answers behind a front door of the
// lab, in place of a Lambda function. Errors repeat no password.
func ParseServer(text string) (*url.URL, error) {
	const rule = "must be the http:// address of a web server, such as http://127.0.0.1:8000"
	u, err := url.Parse(text)
	switch {
	case err != nil: // which may hold a password
		return nil, errors.New("the address " + rule)
	case u.User != nil:
		return nil, errors.New("the address must have no user and no password")
	case u.Scheme != "http" || u.Hostname() == "" || u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return nil, fmt.Errorf("%q %s", text, rule)
	}
	return u, nil
}
