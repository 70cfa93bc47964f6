package summary

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"tollgate/pricing"
)

// A Workload is a workload file that was made, and what its reader must know.
type Workload struct {
	Text  []byte
	Notes []string
}

// Workload writes the month that the logs make, in a region.
func (s *Summary) Workload(name, region string) (Workload, error) {
	w := writer{s: s}
	w.head(name, region)
	if err := w.requests(); err != nil {
		return Workload{}, err
	}
	if s.socketTraffic.connects+s.socketTraffic.messages > 0 {
		w.sockets()
	} else if s.counted() > 0 {
		w.sizes()
		w.outcomes()
	}
	w.function()
	w.connections()
	w.distribution()
	w.routes()
	w.caveats()
	if _, err := pricing.ReadWorkload("workload", w.out.Bytes()); err != nil {
		return Workload{}, fmt.Errorf("the logs make no workload that can be priced: %w", err)
	}
	return Workload{w.out.Bytes(), w.notes}, nil
}

// counted are the requests of front doors, without preflights.
func (s *Summary) counted() int64 {
	return s.requests.n + s.requests.unplaced - s.preflights - s.socketTraffic.connects - s.socketTraffic.messages - s.socketTraffic.disconnects
}

// A writer writes a workload, key by key.
type writer struct {
	s     *Summary
	out   bytes.Buffer
	notes []string
	scale float64 // from what was logged to a month
}

func (w *writer) note(format string, args ...any) {
	w.notes = append(w.notes, fmt.Sprintf(format, args...))
}

func (w *writer) comment(format string, args ...any) {
	fmt.Fprintln(&w.out, strings.TrimSuffix("# "+fmt.Sprintf(format, args...), " "))
}

// key writes a key with a comment behind it, or above it where the line would be long.
func (w *writer) key(line, format string, args ...any) {
	comment := fmt.Sprintf(format, args...)
	if utf8.RuneCountInString(line+comment) > 92 || strings.Contains(line, "\n") {
		w.comment("%s", comment)
		fmt.Fprintln(&w.out, line)
		return
	}
	fmt.Fprintf(&w.out, "%s   # %s\n", line, comment)
}

// main are the hours that the month is made of: those of requests or, in logs of a function
// alone, of its invocations.
func (s *Summary) main() *hours {
	if s.requests.n+s.requests.unplaced > 0 {
		return &s.requests
	}
	return &s.invocations
}

func (w *writer) head(name, region string) {
	h := w.s.main()
	fmt.Fprint(&w.out, "# yaml-language-server: $schema=./workload.schema.json\n#\n")
	what := strings.Join(w.s.sources, " and ")
	if what == "" {
		what = "log of a Lambda function"
	}
	w.comment("A month of traffic, made of logs by tollgate: %s.", what)
	if from, to := h.covered(); h.n > 0 {
		w.comment("%s, %s to %s (%s).", pricing.Counted(h.n, "request"), clock(from), clock(to), words(time.Duration(to-from)))
		p := h.peak()
		w.comment("The busiest second had %s, at %s.", pricing.Counted(p.Requests, "request"), p.At.Format(time.RFC3339))
	}
	w.comment("Prices: tollgate price FILE --compare. All keys: tollgate schema workload.")
	fmt.Fprintf(&w.out, "name: %s\nregion: %s\n", strconv.Quote(name), region)
}

// requests writes how many there are in a month, and when.
func (w *writer) requests() error {
	s, h := w.s, w.s.main()
	if h.n == 0 {
		return fmt.Errorf("no entry says when it was: a month cannot be made of them; $context.requestTimeEpoch of API Gateway, or the time that CloudWatch Logs puts before a line, would tell")
	}
	if h.outside > h.n && h.from == 0 && h.to == 0 {
		return fmt.Errorf("%d of %d requests arrived more than %d days from the first, which is of %s, as the one of %s: say which time counts by --from and --to", h.outside, h.outside+h.n, Longest/(24*time.Hour), clock(h.first), clock(h.stray))
	}
	if h.tooShort() {
		return fmt.Errorf("%s: a month cannot be made of so little; --from and --to say which time the logs cover", h.short())
	}
	p := h.profile()
	w.scale = p.month() / float64(h.n)
	n := h.n
	if h == &s.requests {
		n -= s.preflights
	}
	if h != &s.requests || s.counted() > 0 {
		w.key("requests_per_month: "+rounded(float64(n)*w.scale), "%s", w.spread(n, p))
	}
	if p.Key != "" {
		w.key("profile: {"+p.Key+": ["+p.list()+"]}", "requests an hour, in UTC; only their relation to each other matters")
	}
	return nil
}

// spread says how the month was made.
func (w *writer) spread(n int64, p profile) string {
	w.holes()
	from, to := w.s.main().covered()
	logged := fmt.Sprintf("%s logged", pricing.Counted(n, "request"))
	switch p.Key {
	case "week":
		return logged + ": every week of the month is like the mean of these"
	case "day":
		w.note("the logs have less than a week: every day of the month is taken to be like the mean of these; a week of logs would show working days and weekends")
		return logged + ": every day of the month is like the mean of these"
	case "":
		w.note("the logs have %s: all hours of the month are taken to be like that; --from and --to say what a longer log covers", words(time.Duration(to-from)))
		return logged + ": every hour of the month is like these " + words(time.Duration(to-from))
	}
	if time.Duration(to-from) < 24*time.Hour {
		w.note("the logs have %s: the month is taken to be such hours throughout, day and night; a day of logs would show the nights", words(time.Duration(to-from)))
	}
	return logged + ": the month is made of these hours"
}

func (w *writer) sizes() {
	s := w.s
	headers := "without headers"
	if s.withHeaders {
		headers = "with headers"
	}
	if s.in.N() > 0 {
		w.key("request_bytes: "+histogram(&s.in, ""), "logged of %s, %s; mean %.0f", pricing.Counted(s.in.N(), "request"), headers, s.in.Mean())
	} else {
		w.note("the logs do not have the bytes of requests (load balancers and CloudFront log them): request_bytes is left out, and what is billed by them is too low")
	}
	if s.out.N() > 0 {
		w.key("response_bytes: "+histogram(&s.out, ""), "logged of %s without errors, %s; mean %.0f", pricing.Counted(s.out.N(), "response"), headers, s.out.Mean())
	} else if s.counted() > s.errors+s.refused {
		w.note("the logs do not have the bytes of responses ($context.responseLength of API Gateway): response_bytes is left out, and transfer is not billed")
	}
}

func (w *writer) outcomes() {
	s := w.s
	n := s.counted()
	if s.refused > 0 {
		w.key("refused_share: "+ratio(s.refused, n), "%s answered 401, 403 or 429 by the front door itself", pricing.Counted(s.refused, "request"))
		if s.refusedOut.N() > 0 {
			w.key("refused_bytes: "+histogram(&s.refusedOut, ""), "of these")
		}
	}
	if s.errors > 0 {
		w.key("error_share: "+ratio(s.errors, n-s.refused), "%s answered with another error, or left before a response", pricing.Counted(s.errors, "request"))
		if s.errorOut.N() > 0 {
			w.key("error_bytes: "+histogram(&s.errorOut, ""), "of these")
		}
	}
	if s.unanswered > 0 {
		w.note("%s with 401, 403 or 429 are taken to be the application's: the logs do not say whether the front door refused them, which a REST API does not charge; $context.integration.status would tell", pricing.Counted(s.unanswered, "response"))
	}
	if s.fixed > 0 {
		w.note("%s were answered by the front door itself (redirects, fixed responses, errors): the bill takes an invocation for each of them, which is too much", pricing.Counted(s.fixed, "request"))
	}
	if s.preflights > 0 && n > 0 {
		w.key("preflights_per_request: "+ratio(s.preflights, n), "%s", pricing.Counted(s.preflights, "OPTIONS request"))
	}
}

// function writes what invocations say or, without them, what front doors waited for.
func (w *writer) function() {
	f, s := &w.s.functions, w.s
	switch {
	case f.n > 0:
		fmt.Fprintf(&w.out, "function:   # of %s\n", pricing.Counted(f.n, "invocation"))
		memory := most(f.memory, 5)
		fmt.Fprintf(&w.out, "  memory: %sMB\n  duration: %s\n", memory[0], histogram(&f.duration, "ms"))
		if f.cold > 0 {
			fmt.Fprintf(&w.out, "  cold_share: %s   # %s\n  init: %s\n", ratio(f.cold, f.n), pricing.Counted(f.cold, "cold start"), histogram(&f.init, "ms"))
		}
		w.note("REPORT lines do not say the architecture: x86_64 is assumed, and arm64 costs a fifth less (function: {architecture: arm64})")
		if len(memory) > 1 {
			w.note("the invocations are of functions with %s MB: all are billed as with the most frequent, %s MB; import the log of each function apart for a bill of each", strings.Join(memory, ", "), memory[0])
		}
		if s.requests.n > 0 && f.n != s.requests.n {
			w.note("%s and %s were logged: the bill takes one invocation for each request that reaches the function", pricing.Counted(s.requests.n, "request"), pricing.Counted(f.n, "invocation"))
		}
	case s.backend.N() > 0:
		fmt.Fprintf(&w.out, "function:   # the time that the front door waited for %s: with the way there, so an upper bound\n  duration: %s\n", pricing.Counted(s.backend.N(), "response"), histogram(&s.backend, "ms"))
		w.note("the time of the function is what the front door waited, an upper bound, and its memory is not logged: REPORT lines of the function's log, imported together with this one, would tell both")
	case s.counted() > 0 && s.socketTraffic.messages == 0:
		w.note("the logs do not say how long the application took: REPORT lines of the function's log, imported together with this one, would tell")
	}
}

func (w *writer) connections() {
	s := w.s
	c, n := &s.conns, s.requests.n
	switch {
	case c.named > 0:
		about := ""
		if c.sampled() {
			about = "about "
		}
		w.key(fmt.Sprintf("connections: {requests_per_connection: %s, lifetime: %s}", figure(float64(c.named)/c.number()), seconds(c.life())),
			"%s%s; the lifetime is from the first request to the last", about, pricing.Counted(int64(c.number()), "connection"))
	case s.handshakes > 0 && n > 0:
		w.key(fmt.Sprintf("connections: {requests_per_connection: %s}", figure(float64(n)/float64(s.handshakes))), "%s logged", pricing.Counted(s.handshakes, "connection"))
	}
}

// distribution writes what CloudFront's log says of itself.
func (w *writer) distribution() {
	s := w.s
	if len(s.edges) == 0 {
		return
	}
	all, unknown := areas(s.edges)
	if len(unknown) > 0 {
		w.note("no area is known for the locations %s: their requests are spread as the others are", strings.Join(unknown[:min(10, len(unknown))], ", "))
	}
	if len(all) == 0 {
		return
	}
	var viewers []string
	for i, hundredths := range percentages(all) {
		if hundredths > 0 {
			viewers = append(viewers, fmt.Sprintf("%s: %s%%", all[i].area, figure(float64(hundredths)/100)))
		}
	}
	hits := ""
	if s.hits+s.misses > 0 {
		hits = ", hit_ratio: " + ratio(s.hits, s.hits+s.misses)
	}
	w.key("cloudfront: {viewers: {"+strings.Join(viewers, ", ")+"}"+hits+"}", "%s answered by the cache", pricing.Counted(s.hits, "request"))
}

// sockets writes what a WebSocket API logged.
func (w *writer) sockets() {
	t := &w.s.socketTraffic
	life := "5m"
	if t.lives > 0 {
		life = seconds(time.Duration(t.seconds / float64(t.lives) * 1e9))
	} else {
		w.note("the logs do not say how long connections lasted: 5 minutes are assumed; events DISCONNECT with $context.connectedAt would tell")
	}
	w.key(fmt.Sprintf("websocket: {connections: %s, lifetime: %s, messages: %s, from_clients: 100%%}", rounded(float64(max(t.connects, t.disconnects))*w.scale), life, rounded(float64(t.messages)*w.scale)),
		"%s and %s logged", pricing.Counted(t.connects, "connection"), pricing.Counted(t.messages, "message"))
	w.note("access logs of a WebSocket API have neither the messages that functions send to clients nor the bytes of any: add messages and from_clients, and message_bytes, or the bill is too low")
}

// shownClasses are in a comment.
const shownClasses = 12

func (w *writer) routes() {
	classes := w.s.Classes()
	if len(classes) == 0 {
		return
	}
	w.comment("")
	w.comment("The requests, by method and class of path:")
	for i, c := range classes {
		if i == shownClasses {
			w.comment("  and %s", pricing.Count(len(classes)-i)+" more")
			break
		}
		took := ""
		if c.Took.N() > 0 {
			took = fmt.Sprintf(", median %d ms", c.Took.Quantile(0.5))
		}
		w.comment("  %6.2f %%  %s %s%s", 100*float64(c.Requests)/float64(w.s.counted()+w.s.preflights), c.Method, c.Path, took)
	}
}

// caveats are what all logs leave out.
func (w *writer) caveats() {
	s := w.s
	if text := s.Outside(); text != "" {
		w.note("%s", text)
	}
	if n := s.requests.unplaced + s.invocations.unplaced; n > 0 {
		w.note("without a time: %s, whose sizes and durations count, and their number does not", pricing.Counted(n, "line"))
	}
	if len(s.hosts) > 1 && s.options.Host == "" {
		w.note("the requests are of several hosts (%s): --host takes one of them", strings.Join(most(s.hosts, 5), ", "))
	}
	if s.sockets > 0 {
		w.note("%s became WebSockets: the log has their bytes, and not their messages", pricing.Counted(s.sockets, "request"))
	}
}

// histogram writes counts in the form of a workload.
func histogram(c *Counts, unit string) string {
	pairs := c.Pairs()
	if len(pairs) == 1 {
		return strconv.FormatInt(pairs[0].Value, 10) + unit
	}
	var all []string
	for _, p := range pairs {
		all = append(all, fmt.Sprintf("[%d%s, %d]", p.Value, unit, p.Count))
	}
	return "{histogram: [" + wrapped(all) + "]}"
}

// list writes the weights of a profile; a week has a list for each day.
func (p profile) list() string {
	var all, days []string
	for _, weight := range p.weights() {
		all = append(all, strconv.FormatInt(weight, 10))
	}
	if p.Key != "week" {
		return wrapped(all)
	}
	for day := range slices.Chunk(all, 24) {
		days = append(days, "["+wrapped(day)+"]")
	}
	return "\n    " + strings.Join(days, ",\n    ")
}

// wrapped is a list whose lines are not too long.
func wrapped(all []string) string {
	var b strings.Builder
	at := 0
	for i, one := range all {
		switch {
		case i == 0:
		case at+len(one) > 84:
			b.WriteString(",\n    ")
			at = 0
		default:
			b.WriteString(", ")
		}
		b.WriteString(one)
		at += len(one) + 2
	}
	return b.String()
}

// ratio is a share, as exactly as a workload has it.
func ratio(part, whole int64) string {
	return strconv.FormatFloat(float64(part)/float64(max(whole, 1)), 'f', -1, 64)
}

func rounded(n float64) string { return strconv.FormatInt(int64(math.Round(n)), 10) }

func figure(x float64) string {
	return strconv.FormatFloat(math.Round(x*1000)/1000, 'f', -1, 64)
}

func seconds(d time.Duration) string {
	return strconv.FormatFloat(math.Round(d.Seconds()*1000)/1000, 'f', -1, 64) + "s"
}

func clock(ns int64) string { return time.Unix(0, ns).UTC().Format(time.RFC3339) }

// words writes a length of time.
func words(d time.Duration) string {
	switch {
	case d >= 48*time.Hour:
		return figure(math.Round(d.Hours()/2.4)/10) + " days"
	case d >= 2*time.Hour:
		return figure(math.Round(d.Hours()*10)/10) + " hours"
	case d >= 2*time.Minute:
		return figure(math.Round(d.Minutes())) + " minutes"
	}
	return pricing.Counted(int64(math.Ceil(d.Seconds())), "second")
}
