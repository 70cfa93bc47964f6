package launch

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"tollgate/targets/process"
)

// Local runs the members as processes of this machine: to try a fleet, and to use a store that
// other machines use too. They share its processors, so more members send no more than one.
type Local struct {
	Fleet   *Fleet
	Program string // this one
	Folder  string // for the members' own run directories and what they write

	starter *process.Starter
	mu      sync.Mutex
	members []*localMember
}

type localMember struct {
	shard   int
	process *process.Process
	log     string
	done    chan struct{} // closed when all that it wrote is read
	tail    string        // the last of that; set before
}

// mostLog bounds what is kept of what a member writes.
const mostLog = 1 << 20

// Start implements Platform.
func (l *Local) Start(context.Context) error {
	if err := l.Fleet.check(); err != nil {
		return err
	}
	mark := rand.Text()
	l.starter = process.New(mark)
	for shard := 1; shard <= l.Fleet.Shards; shard++ {
		if err := l.start(shard, mark); err != nil {
			return fmt.Errorf("shard %d cannot be started: %w", shard, err)
		}
	}
	return nil
}

func (l *Local) start(shard int, mark string) error {
	folder := filepath.Join(l.Folder, strconv.Itoa(shard))
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	log, err := os.Create(filepath.Join(folder, "output.txt"))
	if err != nil {
		return err
	}
	args := append([]string{l.Program}, l.Fleet.member(l.Fleet.Scenario.Main)...)
	p, err := l.starter.Start(process.Command{Args: args, Env: append(ownEnvironment(os.Environ()),
		fmt.Sprintf("TOLLGATE_SHARD=%d/%d", shard, l.Fleet.Shards), "TOLLGATE_OUT="+folder, process.MarkName+"="+mark)})
	if err != nil {
		log.Close()
		return err
	}
	m := &localMember{shard: shard, process: p, log: log.Name(), done: make(chan struct{})}
	go m.read(log)
	l.mu.Lock()
	l.members = append(l.members, m)
	l.mu.Unlock()
	return nil
}

// ownEnvironment is that of a member: this program's, without what would say which shard of
// which run it is.
func ownEnvironment(all []string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(v string) bool {
		name, _, _ := strings.Cut(v, "=")
		return slices.Contains([]string{
			"TOLLGATE_SHARD", "TOLLGATE_SHARDS", "TOLLGATE_STORE", "TOLLGATE_RUN_ID", "TOLLGATE_OUT", "TOLLGATE_ON",
			"JOB_COMPLETION_INDEX", "AWS_BATCH_JOB_ARRAY_INDEX", "AWS_BATCH_JOB_ARRAY_SIZE", process.MarkName,
		}, name)
	})
}

// read keeps what the member writes, and remembers the last of it.
func (m *localMember) read(log *os.File) {
	defer close(m.done)
	defer log.Close()
	defer m.process.Output.Close()
	var tail process.Tail
	kept := io.MultiWriter(&tail, &bounded{to: log, left: mostLog})
	_, _ = io.Copy(kept, m.process.Output) // ends when the member does
	m.tail = tail.String()
}

// bounded drops what would be more than it may write.
type bounded struct {
	to   io.Writer
	left int
}

// Write implements io.Writer.
func (b *bounded) Write(p []byte) (int, error) {
	n := min(len(p), b.left)
	b.left -= n
	if _, err := b.to.Write(p[:n]); err != nil {
		return 0, err
	}
	return len(p), nil
}

// Members implements Platform.
func (l *Local) Members(context.Context) ([]Member, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var all []Member
	for _, m := range l.members {
		all = append(all, m.state())
	}
	return latest(all, l.Fleet.Shards), nil
}

func (m *localMember) state() Member {
	select {
	case <-m.process.Ended():
	default:
		return Member{Shard: m.shard, Phase: Running}
	}
	if m.process.Err() == nil {
		return Member{Shard: m.shard, Phase: Ended}
	}
	<-m.done
	why := m.process.Err().Error()
	if said := lastLine(m.tail); said != "" {
		why += ": " + said
	}
	return Member{Shard: m.shard, Phase: Failed, Why: why}
}

// lastLine is the last line of a text that says something.
func lastLine(text string) string {
	text = strings.TrimSpace(text)
	return strings.TrimSpace(text[strings.LastIndexByte(text, '\n')+1:])
}

// Stop implements Platform.
func (l *Local) Stop(context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, m := range l.members {
		m.process.Kill()
	}
	return nil
}

// Clean implements Platform. What members wrote stays where one failed.
func (l *Local) Clean(ctx context.Context) error {
	if l.starter == nil {
		return nil
	}
	all, _ := l.Members(ctx)
	l.starter.Close()
	if slices.ContainsFunc(all, func(m Member) bool { return m.Phase == Failed }) {
		return nil
	}
	return errors.Join(os.RemoveAll(l.Folder))
}
