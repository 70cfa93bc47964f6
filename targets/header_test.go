package targets

import (
	"net/url"
	"slices"
	"testing"
)

func TestHeadersKeepTheirSpelling(t *testing.T) {
	h := Header{}
	h.Add("X_MESSAGE_ID", "1")
	h.Add("x_message_id", "2")
	if !slices.Equal(h["X_MESSAGE_ID"], []string{"1", "2"}) || len(h) != 1 {
		t.Errorf("a second value changed the name: %v", h)
	}
	if h.Get("X_Message_Id") != "1" || !h.Has("x_message_ID") || h.Has("X-Message-Id") {
		t.Errorf("names are not found in any case: %v", h)
	}
	c := h.Clone()
	c.Set("x_message_id", "3")
	if !slices.Equal(c["x_message_id"], []string{"3"}) || len(c) != 1 || h.Get("x_message_id") != "1" {
		t.Errorf("set to %v, and what it was cloned from is %v", c, h)
	}
	c.Del("X_MESSAGE_ID")
	if len(c) != 0 || c.Get("x_message_id") != "" {
		t.Errorf("deleted, and there is %v", c)
	}
}

func TestHost(t *testing.T) {
	for _, row := range []struct{ what, address, host, want string }{
		{"a host", "https://a.example/x", "", "a.example"},
		{"a port of its own", "https://a.example:8443/", "", "a.example:8443"},
		{"the scheme's own port is not sent", "https://a.example:443/", "", "a.example"},
		{"that of http neither", "http://a.example:80/", "", "a.example"},
		{"the port of the other scheme is", "http://a.example:443/", "", "a.example:443"},
		{"an IPv6 address", "http://[::1]:8080/", "", "[::1]:8080"},
		{"its zone is not sent", "http://[fe80::1%25eth0]:8080/", "", "[fe80::1]:8080"},
		{"nor is it without a port", "http://[fe80::1%25eth0]/", "", "[fe80::1]"},
		{"an address of port 80", "http://[fe80::1%25eth0]:80/", "", "[fe80::1]"},
		{"a Host header is sent as it is", "http://a.example/", "b.example:80", "b.example:80"},
	} {
		u, err := url.Parse(row.address)
		if err != nil {
			t.Fatal(err)
		}
		r := Request{URL: u, Header: Header{}}
		if row.host != "" {
			r.Header.Set("host", row.host)
		}
		if got := r.Host(); got != row.want {
			t.Errorf("%s: %q, want %q", row.what, got, row.want)
		}
	}
}
