package targets

// A Client is what all requests to a target have in common beyond what they ask for:
// how a kind of client sends them. The zero value keeps connections and sends nothing
// of its own.
type Client struct {
	Fresh   bool     // keepalive: false: each request has a connection of its own, and says so to the server
	Cookies bool     // each user keeps those that responses set
	Accepts []string // content codings of responses, which are decoded to measure them; nil: none is asked for
	Page    Page     // that requests are sent by
}
