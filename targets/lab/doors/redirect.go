package doors

import (
	"fmt"
	"net"
	"net/http"
	"strings"
)

// redirect is a load balancer's redirect action. Its location may hold
// #{protocol}, #{host}, #{port}, #{path} and #{query} of the request.
// Source: Application Load Balancer user guide, "Redirect actions".
func redirect(d *door, i *Integration) integration {
	page := htmlPage(fmt.Sprintf("%d %s", i.Status, redirects[i.Status]))
	a := newAnswer(i.Status, "text/html", page)
	protocol, port := "http", "80"
	if d.config.TLS {
		protocol, port = "https", "443"
	}
	return func(x *exchange, path string) {
		host, given, err := net.SplitHostPort(x.request.Host)
		if err != nil {
			host, given = x.request.Host, port
		}
		location := strings.NewReplacer("#{protocol}", protocol, "#{host}", host, "#{port}", given,
			"#{path}", strings.TrimPrefix(x.request.URL.EscapedPath(), "/"), "#{query}", x.request.URL.RawQuery).Replace(i.Location)
		x.answer, x.own = a, true
		x.extra = append(x.extra, [2]string{"Location", strings.TrimSuffix(location, "?")})
	}
}

// redirects are the statuses that a load balancer redirects by.
var redirects = map[int]string{http.StatusMovedPermanently: "Moved Permanently", http.StatusFound: "Found"}

// htmlPage is what a load balancer says in its own words.
func htmlPage(title string) string {
	return "<html>\r\n<head><title>" + title + "</title></head>\r\n<body>\r\n<center><h1>" + title + "</h1></center>\r\n</body>\r\n</html>\r\n"
}

// checkRedirect says what is wrong with a redirect action.
func (i Integration) checkRedirect(at string, faults *faultList) {
	if _, known := redirects[i.Status]; !known {
		faults.add("%s.status: a redirect has 301 or 302, not %d", at, i.Status)
	}
	const same = "#{protocol}://#{host}:#{port}/#{path}"
	switch {
	case i.Location == "" || strings.HasPrefix(i.Location, same):
		faults.add(`%s.location: it must lead elsewhere, such as "https://#{host}:443/#{path}?#{query}"`, at)
	case strings.ContainsFunc(i.Location, func(r rune) bool { return r <= ' ' || r > '~' }):
		faults.add("%s.location: %q must be plain text", at, i.Location)
	}
}
