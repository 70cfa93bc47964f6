package report

import (
	"fmt"
	"slices"
	"strings"

	"tollgate/pricing"
	"tollgate/results"
)

// A Notice is something that a reader must know before any number.
type Notice struct {
	Level   string // "fail", "bad", "warn" or "note"
	Title   string
	Reasons []string
}

// The titles of notices that formats place elsewhere.
const (
	notAWS        = "Not AWS"
	notVerified   = "Not verified"
	warningsTitle = "Worth knowing"
	suspectTitle  = "Suspect: read these numbers with care."
)

// notices are, worst first: why the run fails, that it is incomplete, that it
// cannot be trusted, that its targets were models, and the run's own warnings.
func notices(doc results.Document) []Notice {
	var ns []Notice
	if doc.Result == results.Fail {
		ns = append(ns, Notice{"fail", "Fail", normalizeAll(doc.Failures)})
	}
	for _, of := range []func(results.Document) (Notice, bool){stateNotice, notEvaluated} {
		if n, ok := of(doc); ok {
			ns = append(ns, n)
		}
	}
	switch doc.Verdict {
	case results.Valid:
	case results.Suspect:
		ns = append(ns, Notice{"warn", suspectTitle, normalizeAll(doc.Reasons)})
	case results.Unknown:
		ns = append(ns, Notice{"warn", "Unknown: whether these numbers can be trusted was not recorded.", normalizeAll(doc.Reasons)})
	case results.Invalid:
		ns = append(ns, Notice{"bad", "Invalid: these numbers do not describe the targets.", normalizeAll(doc.Reasons)})
	default:
		ns = append(ns, Notice{"warn", "No verdict: it was not checked whether these numbers can be trusted.", normalizeAll(doc.Reasons)})
	}
	if doc.Imported != nil {
		ns = append(ns, Notice{"note", "Imported", append([]string{capital(normalize(doc.Imported.Text()))}, doc.Imported.Missing()...)})
	}
	if reasons := doc.UnequalLoads(); len(reasons) > 0 {
		ns = append(ns, Notice{"warn", "Unequal loads: not every population sent to every target.", normalizeAll(reasons)})
	}
	if text := results.ModelsText(doc.Models()); text != "" {
		ns = append(ns, Notice{"note", notAWS, []string{capital(text)}})
	}
	if text := results.UnverifiedText(doc.Unverified()); text != "" {
		ns = append(ns, Notice{"warn", notVerified, []string{capital(text)}})
	}
	if made := connections(doc); len(made) > 0 {
		ns = append(ns, Notice{"note", "Connections", made})
	}
	if text := doc.BothSorts(); text != "" {
		ns = append(ns, Notice{"note", "What is compared", []string{capital(text)}})
	}
	if held := sockets(doc); len(held) > 0 {
		ns = append(ns, Notice{"note", "WebSocket", held})
	}
	if said := caches(doc); len(said) > 0 {
		ns = append(ns, Notice{"note", "Cache", said})
	}
	if lacks := withoutBill(doc); len(lacks) > 0 {
		ns = append(ns, Notice{"warn", "No bill", lacks})
	}
	if said := firewalls(doc); len(said) > 0 {
		ns = append(ns, Notice{"note", "AWS WAF", said})
	}
	if len(doc.Warnings) > 0 {
		ns = append(ns, Notice{"note", warningsTitle, normalizeAll(doc.Warnings)})
	}
	return ns
}

// connections say of each target how connections to it were made, if not by default.
func connections(doc results.Document) (all []string) {
	for _, t := range doc.Targets {
		if text := t.Connection.Text(); text != "" {
			all = append(all, t.Name+": "+text)
		}
	}
	return normalizeAll(all)
}

// firewalls say of each target how many requests AWS WAF blocked, as CloudWatch counts them: a
// response does not say who refused it.
func firewalls(doc results.Document) (all []string) {
	for _, t := range doc.Targets {
		blocked, forbidden, known := t.BlockedByWAF()
		if known {
			all = append(all, fmt.Sprintf("%s: AWS WAF blocked %s of %s, as CloudWatch counts them; %s got a 403", t.Name, pricing.Count(blocked), pricing.Counted(t.Requests, "request"), pricing.Count(forbidden)))
		}
	}
	return normalizeAll(all)
}

// caches say of each target what the cache in front of it did, as its responses have it.
func caches(doc results.Document) (all []string) {
	for _, t := range doc.Targets {
		blocked, _, _ := t.BlockedByWAF()
		if text := t.CacheText(blocked); text != "" {
			all = append(all, t.Name+": "+text)
		}
	}
	return normalizeAll(all)
}

// withoutBill say of each target whose month cannot be told why.
func withoutBill(doc results.Document) (all []string) {
	for _, t := range doc.Targets {
		if t.Unbilled != "" {
			all = append(all, t.Name+": "+t.Unbilled)
		}
	}
	return normalizeAll(all)
}

// sockets say of each target what became of the connections over which messages were sent.
func sockets(doc results.Document) (all []string) {
	for _, t := range doc.Targets {
		if t.ProbeSockets != nil {
			all = append(all, t.Name+", by probes: "+t.ProbeSockets.Text())
		}
		if t.Sockets != nil {
			all = append(all, t.Name+": "+t.Sockets.Text()+sharedPushes(doc, &t)+unanswered(doc, &t)) // its codes are no numbers to be separated
		}
	}
	return all
}

// unanswered says what of messages without a reply the client cannot know; "": there are none.
func unanswered(doc results.Document, t *results.TargetDoc) string {
	n, _ := doc.Unanswered(t)
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("; %s sent have no reply: whether they were accepted, the client cannot know, and errors and goodput have only what it saw", pricing.Counted(n, "message"))
}

// sharedPushes says that messages of other targets at the same address may be among those
// that were pushed to a target's clients; "": there are none.
func sharedPushes(doc results.Document, t *results.TargetDoc) string {
	var others []string
	for _, o := range doc.Targets {
		if o.Sockets != nil && o.Name != t.Name && o.URL == t.URL {
			others = append(others, o.Name)
		}
	}
	if t.Sockets.Pushes == 0 || len(others) == 0 {
		return ""
	}
	return "; messages of " + strings.Join(others, ", ") + ", at the same address, may have caused some of these, and the bill has them where they came"
}

func stateNotice(doc results.Document) (Notice, bool) {
	switch doc.State {
	case results.Finished:
		return Notice{}, false
	case results.Torn:
		return Notice{"bad", "Torn: the process that recorded this run died before its end.", []string{
			"everything up to its last second is recorded; the rest of the plan was not sent",
		}}, true
	case results.Interrupted:
		return Notice{"bad", "Interrupted: this run was stopped before its end.", []string{
			"everything sent until then is recorded; the targets may have received unequal loads",
		}}, true
	case results.Aborted:
		if untested(doc) {
			return Notice{"bad", "Aborted: a trial request did not get the expected answer, so no load was sent.", trialReasons(results.FailedTrials(doc.Trial))}, true
		}
		return Notice{"bad", "Aborted: an abort rule ended this run before its end.", []string{
			"everything sent until then is recorded; the rest of the plan was not sent",
		}}, true
	default:
		return Notice{"bad", "Unfinished: this run is still being recorded.", nil}, true
	}
}

// trialReasons show what came back to trial requests that failed.
func trialReasons(failed []results.Trial) (lines []string) {
	for _, t := range failed {
		line := fmt.Sprintf("%s at %s: %s", t.Request, t.Target, t.Outcome())
		for _, more := range t.Shown() {
			line += "; " + more
		}
		lines = append(lines, line)
	}
	return normalizeAll(lines)
}

// headline is the result, how the run ended if early, and the verdict on the measurement.
func headline(doc results.Document) string {
	return resultText(doc) + ", " + trust(doc)
}

// resultText is pass, fail, incomplete or not evaluated.
func resultText(doc results.Document) string {
	result := strings.ReplaceAll(string(known(doc.Result, results.Pass, results.Fail, results.Incomplete, results.NotEvaluated)), "_", " ")
	if result == "" {
		result = "no result"
	}
	if doc.State != results.Finished {
		return result + ", " + string(known(doc.State, results.Interrupted, results.Aborted, results.Torn, results.Running))
	}
	return result
}

// trust is the verdict in words. If the trial ended the run, nothing was measured.
func trust(doc results.Document) string {
	if untested(doc) {
		return "nothing measured"
	}
	v := known(doc.Verdict, results.Valid, results.Suspect, results.Unknown, results.Invalid)
	if v == results.Unknown {
		return "load generator unknown"
	}
	if v == "" {
		return "measurement not checked"
	}
	return "measurement " + string(v)
}

// untested says whether the trial ended the run before its load.
func untested(doc results.Document) bool {
	return doc.State == results.Aborted && len(results.FailedTrials(doc.Trial)) > 0
}

// known is s if it is one of the words, and "" for a word of another program.
func known[T ~string](s T, words ...T) T {
	if slices.Contains(words, s) {
		return s
	}
	return ""
}
