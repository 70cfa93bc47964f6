package targets

// A Client is what all requests to a target have in common beyond what they ask for:
// how a kind of client sends them. The zero value keeps connections and sends nothing
// of its own.
type Client struct {
	Fresh   bool     // keepalive: false: each request has a connection of its own, and says so to the server
	Cookies bool     // each user keeps those that responses set
	Accepts []string // content codings of responses, which are decoded to measure them; nil: none is asked for
	Page    Page     // that requests are sent by

	Requests int // that a connection carries before the client closes it; 0: any number
}

// PerConnection is how many requests a connection carries at most; 0: any number.
func (c *Client) PerConnection() int {
	if c.Fresh {
		return 1
	}
	return c.Requests
}
