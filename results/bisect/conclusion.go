package bisect

import (
	_ "embed"
	"slices"

	"tollgate/results/compare"
)

// Version is the version of a conclusion as JSON.
const Version = 1

//go:embed bisect.schema.json
var schema []byte

// Schema returns the JSON Schema of a conclusion.
func Schema() []byte { return slices.Clone(schema) }

// A Commit is a revision that was searched.
type Commit struct {
	ID      string `json:"id"`
	Author  string `json:"author"`
	Date    string `json:"date"`
	Subject string `json:"subject"`
}

// Short is the commit's id as people write it.
func (c Commit) Short() string { return c.ID[:min(len(c.ID), 10)] }

// String is the commit in a line.
func (c Commit) String() string { return c.Short() + " " + c.Subject }

// A Conclusion is what a search concludes, in terms of commits.
type Conclusion struct {
	Version int            `json:"version"`
	Outcome Outcome        `json:"outcome"`
	Metric  compare.Metric `json:"metric"`
	Margin  float64        `json:"margin"` // smaller changes do not matter: a share of one, or a difference of shares
	Level   float64        `json:"level"`  // chance of a change where there is none; intervals are of 1 − level at least

	Good    Commit   `json:"good"`
	Bad     Commit   `json:"bad"`
	Among   int      `json:"among"`   // commits
	Commits []Commit `json:"commits"` // that made the change, or of which one did; see Result
	Parent  *Commit  `json:"parent"`  // that they were compared with; null: none was
	Effect  *Effect  `json:"effect"`  // of the last of Commits against Parent; null: not measured
	Ends    *Effect  `json:"ends"`    // of the bad revision against the good one; null: not measured
	Cost    *Cost    `json:"cost"`    // null: not known
	Better  bool     `json:"better"`  // the bad revision is better than the good one
	Several bool     `json:"several"` // the likeliest commit does not differ from its parent

	Measurements int       `json:"measurements"`
	Blocks       int       `json:"blocks"`
	Seconds      float64   `json:"seconds"`
	Skipped      []Skipped `json:"skipped"`
}

// A Cost is what a million requests cost before and after the change.
type Cost struct {
	Before float64 `json:"before_usd_per_million"`
	After  float64 `json:"after_usd_per_million"`
	Words  string  `json:"words"` // the verdict on the difference
}

// A Skipped is a commit that could not be measured.
type Skipped struct {
	Commit Commit `json:"commit"`
	Why    string `json:"why"`
}

// Conclude concludes a search among commits, of which the good one is the first.
func (s *Search) Conclude(commits []Commit) *Conclusion {
	r := s.Result()
	c := &Conclusion{
		Version: Version, Outcome: r.Outcome, Metric: s.metric, Margin: s.shown(s.margin), Level: level,
		Good: commits[0], Bad: commits[len(commits)-1], Among: len(commits) - 1, Commits: []Commit{},
		Effect: r.Effect, Ends: r.Ends, Better: r.Better, Several: r.Spread, Measurements: r.Steps, Blocks: r.Blocks, Skipped: []Skipped{},
	}
	for _, i := range r.Commits {
		c.Commits = append(c.Commits, commits[i])
	}
	if r.Effect != nil {
		c.Parent = &commits[r.Parent]
	}
	return c
}
