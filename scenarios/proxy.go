package scenarios

import (
	"net/url"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/http/httpproxy"

	"tollgate/pricing/document"
	"tollgate/targets"
)

// FromEnvironment has a target take the proxy that the environment names for it.
const FromEnvironment = "environment"

// proxy reads the proxy of a target. Values of variables between // and @ are taken as
// they are, whatever is in them; one that is the whole address is read as an address.
func (f fields) proxy(t *targets.Target) *targets.Proxy {
	v := f.Get("proxy")
	if _, ok := v.Scalar("the address of a proxy"); !ok {
		return nil
	}
	if v.Text == FromEnvironment {
		t.Connection.ProxyAsked = true
		return f.proxyOfEnvironment(v, t)
	}
	if passwordWritten(v.Raw) {
		v.Problem(`holds a password: a secret does not belong in a file: put it into an environment variable and write "http://user:${env:NAME}@host:port"`)
		return nil
	}
	return f.proxyAt(v, escapedUser(v.Node), "")
}

// proxyTLS reads what TLS with the proxy differs in from the defaults. The keys of tls are
// about the target alone, as curl has flags of their own for proxies as well.
func (f fields) proxyTLS(c *targets.Connection) (own targets.TLS) {
	v := f.Get("proxy_tls")
	if v.Node == nil {
		return own
	}
	if !f.Has("proxy") || c.Proxy != nil && c.Proxy.Scheme != "https" && !c.ProxyAsked {
		v.Problem("this target has no proxy that is reached by TLS: give proxy an https:// address, or remove this")
	}
	return f.in.fields(v, identityKeys...).identities("proxy")
}

// proxyAt reads the address of a proxy; from says which variable has it. Nothing of it is
// quoted: it may hold a password.
func (f fields) proxyAt(v document.Value, address, from string) *targets.Proxy {
	if from != "" {
		from = "the environment variable " + from + " "
	}
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Host == "" || u.Hostname() == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" || inASCII(u) != nil:
		v.Problem("%sis not the address of a proxy: write it as http://proxy.example.com:3128, or environment to use that of HTTPS_PROXY or HTTP_PROXY", from)
		return nil
	case u.Scheme == "socks5":
		v.Problem("%shas socks5://, with which a client looks the target's name up: write socks5h://, with which the proxy does", from)
		return nil
	case !slices.Contains(targets.ProxySchemes, u.Scheme):
		v.Problem("%sis the address of a proxy of another kind: %s:// are those that can be used", from, strings.Join(targets.ProxySchemes, "://, "))
		return nil
	case u.Port() == "" || !isPort(u.Port()):
		v.Problem("%shas no port: write that of the proxy, such as :3128; programs disagree on what it is by default", from)
		return nil
	}
	password, _ := u.User.Password()
	if password != "" {
		f.in.secrets = append(f.in.secrets, targets.NewSecret(password))
	}
	return &targets.Proxy{Scheme: u.Scheme, Address: u.Host, User: u.User.Username(), Password: targets.NewSecret(password)}
}

var (
	userPart   = regexp.MustCompile(`^[^/]*//([^/]*)@`)
	references = regexp.MustCompile(`\$\{[^}]*\}`)
)

// passwordWritten says whether an address as it is written has a password that is not a
// reference.
func passwordWritten(raw string) bool {
	user := userPart.FindStringSubmatch(references.ReplaceAllString(raw, "\x00"))
	if user == nil {
		return false
	}
	_, password, _ := strings.Cut(user[1], ":")
	return strings.Trim(password, "\x00") != ""
}

// escapedUser is an address whose user and password, where they are values of variables,
// are escaped as addresses need it. Where the user's part ends says what is written: the
// values may hold anything.
func escapedUser(n *document.Node) string {
	user := userPart.FindString(references.ReplaceAllStringFunc(n.Raw, func(reference string) string { return strings.Repeat("\x00", len(reference)) }))
	text, at, raw := "", 0, 0
	for _, value := range n.Values {
		text += n.Text[at:value.From]
		if found := references.FindStringIndex(n.Raw[raw:]); found != nil {
			raw += found[1]
		}
		own := n.Text[value.From:value.To]
		if raw <= len(user) {
			own = escape(own)
		}
		text, at = text+own, value.To
	}
	return text + n.Text[at:]
}

// proxyOfEnvironment is the proxy that the environment names for the target's address, as
// curl and Go's programs read it. Source: golang.org/x/net/http/httpproxy; ALL_PROXY is
// curl's.
func (f fields) proxyOfEnvironment(v document.Value, t *targets.Target) *targets.Proxy {
	if t.URL == nil || f.in.Env == nil {
		return nil
	}
	named := map[string]string{} // by scheme, which variable
	valueOf := func(scheme string, names ...string) string {
		for _, name := range names {
			for _, spelt := range []string{name, strings.ToLower(name)} {
				if value, _ := f.in.Env(spelt); value != "" {
					named[scheme] = spelt
					return value
				}
			}
		}
		return ""
	}
	config := httpproxy.Config{
		HTTPProxy: valueOf("http", "HTTP_PROXY", "ALL_PROXY"), HTTPSProxy: valueOf("https", "HTTPS_PROXY", "ALL_PROXY"), NoProxy: valueOf("", "NO_PROXY"),
	}
	u, err := config.ProxyFunc()(t.URL)
	switch {
	case err != nil:
		v.Problem("the environment variable %s is not the address of a proxy", named[t.URL.Scheme])
		return nil
	case u == nil:
		return nil
	}
	return f.proxyAt(v, u.String(), named[t.URL.Scheme])
}
