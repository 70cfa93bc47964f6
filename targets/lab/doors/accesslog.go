package doors

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"tollgate/pricing/document"
	"tollgate/targets/lab/function/runtime"
)

// An AccessLog is that of a door: a line for each request or, at a WebSocket API, for each
// connection, message and disconnection. Lines are in a log group of the lab's CloudWatch
// Logs, where a query finds them, and in a file, which tollgate whatif reads.
type AccessLog struct {
	Group  string `json:"group,omitempty"`  // default "/aws/apigateway/" and the door's name; of a load balancer "/aws/elasticloadbalancing/"
	Format string `json:"format,omitempty"` // of an API: text with $context variables; default JSON
	File   string `json:"file,omitempty"`   // that lines are added to; none: they are in the log group alone
}

// An accessLogForm is how the doors of a kind write access logs. Each stands in a file of
// its own.
type accessLogForm struct {
	group     string              // what the name of a log group begins with
	usual     string              // the format of an API where none is stated
	variables map[string]logField // that such a format may name
	line      []logField          // of a log with one format, parted by blanks; nil: it has formats
	writes    func(*exchange) bool
}

// A logField is a variable of a line; "" is written as "-".
type logField func(*accessLog, *exchange) string

// longestAccessLog is documented, in bytes of the format. Source: API Gateway developer guide,
// "Set up CloudWatch logging for REST APIs".
const longestAccessLog = 3 << 10

var (
	contextVariable = regexp.MustCompile(`\$context\.[A-Za-z]+(?:\.[A-Za-z]+)*`)
	plainGroup      = document.Form(`^[A-Za-z0-9_./#-]{1,512}$`)
)

func (l *AccessLog) check(at string, form *accessLogForm, p *problems) {
	if l == nil || form == nil { // placed reports keys of other kinds
		return
	}
	if l.Group != "" && !plainGroup().MatchString(l.Group) {
		p.add("%s.group: %q must be letters, digits and _ . / # -", at, l.Group)
	}
	if l.File != "" && (!filepath.IsLocal(l.File) || filepath.Ext(l.File) != ".log") {
		p.add("%s.file: %q must be below the folder in which the lab starts, and end in .log, such as access.log", at, l.File)
	}
	if form.line != nil && l.Format != "" {
		p.add("%s.format: a load balancer's access log has one format: leave it out", at)
		return
	}
	if len(l.Format) > longestAccessLog || strings.ContainsAny(l.Format, "\r\n") {
		p.add("%s.format: it is one line of at most %d bytes", at, longestAccessLog)
	}
	for _, name := range contextVariable.FindAllString(l.Format, -1) {
		if form.variables[name] == nil {
			p.add("%s.format: the lab does not know %s; it knows %s", at, name, strings.Join(form.names(), ", "))
		}
	}
}

func (f *accessLogForm) names() (names []string) {
	for name := range f.variables {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// logConfig is what the door logs; nil: nothing.
func (d DoorConfig) logConfig() *AccessLog {
	if d.Sockets != nil {
		return d.Sockets.AccessLog
	}
	return d.AccessLog
}

// An accessLog writes lines in the format of its configuration.
type accessLog struct {
	log  *runtime.Log
	door *door
	form *accessLogForm
	text []string // before, between and after the variables
	of   []logField

	mu   sync.Mutex
	file *os.File // nil: none
	err  error    // the first of writing to it
}

func newAccessLog(d *door) *accessLog {
	config, form := d.config.logConfig(), d.kind.accessLog
	if config == nil || form == nil {
		return nil
	}
	l := &accessLog{log: runtime.NewLog(d.Name, cmp.Or(config.Group, form.group+d.Name), runtime.Text), door: d, form: form}
	if form.line != nil {
		l.of = form.line
		l.text = append(append(l.text, ""), slices.Repeat([]string{" "}, len(l.of)-1)...)
		l.text = append(l.text, "")
		return l
	}
	format, at := cmp.Or(config.Format, form.usual), 0
	for _, m := range contextVariable.FindAllStringIndex(format, -1) {
		l.text, l.of = append(l.text, format[at:m[0]]), append(l.of, form.variables[format[m[0]:m[1]]])
		at = m[1]
	}
	l.text = append(l.text, format[at:])
	return l
}

// open opens the file, if there is one. It stays below the folder in which the lab starts,
// whatever links are there.
func (l *accessLog) open() error {
	if l == nil || l.door.config.logConfig().File == "" {
		return nil
	}
	folder, err := os.OpenRoot(".")
	if err != nil {
		return fmt.Errorf("the access log of the lab's door %q: %w", l.door.Name, err)
	}
	defer folder.Close()
	if l.file, err = folder.OpenFile(l.door.config.logConfig().File, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600); err != nil {
		return fmt.Errorf("the access log of the lab's door %q: %w", l.door.Name, err)
	}
	return nil
}

// close closes the file, and says whether all lines are there.
func (l *accessLog) close() error {
	if l == nil || l.file == nil {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := cmp.Or(l.err, l.file.Close()); err != nil {
		return fmt.Errorf("the access log of the lab's door %q: %w", l.door.Name, err)
	}
	return nil
}

// write logs what happened.
func (l *accessLog) write(x *exchange) {
	if l == nil || !l.form.writes(x) {
		return
	}
	var b strings.Builder
	for i, of := range l.of {
		b.WriteString(l.text[i])
		b.WriteString(cmp.Or(of(l, x), "-"))
	}
	b.WriteString(l.text[len(l.of)])
	b.WriteByte('\n')
	l.log.Write(runtime.Line{Time: time.Now(), Stream: fmt.Sprintf("%032x", l.door.seed), Message: b.String()})
	if l.file == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, err := l.file.WriteString(b.String()); l.err == nil {
		l.err = err
	}
}

// escaped is a value that can stand in quotes: what clients send breaks no line.
func escaped(value string) string {
	quoted, _ := json.Marshal(value) // of a text
	return string(quoted[1 : len(quoted)-1])
}
