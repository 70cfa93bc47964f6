package scenarios

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tollgate/scenarios/values"
)

// dataPlan is the plan of a scenario at two targets with a file of so many rows.
func dataPlan(t *testing.T, rows int, pick, rest string) *Plan {
	t.Helper()
	dir := t.TempDir()
	var file strings.Builder
	file.WriteString("id\n")
	for i := range rows {
		fmt.Fprintln(&file, i)
	}
	if err := os.WriteFile(filepath.Join(dir, "users.csv"), []byte(file.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	text := "name: x\ntargets: {a: {kind: origin, url: 'http://127.0.0.1:1'}, b: {kind: origin, url: 'http://127.0.0.1:2'}}\n" +
		"data: {users: {file: users.csv, pick: " + pick + "}}\nrequests:\n  - {name: get, path: '/${users.id}'}\n  - {name: other, path: /, weight: 3}\n  - {name: put, path: /, json: {id: '${users.id}'}, weight: 2}\n" + rest
	s, err := Parse(filepath.Join(dir, "x.yaml"), []byte(text), env())
	if err != nil {
		t.Fatal(err)
	}
	return planOf(t, s)
}

// taken are the rows that each target's requests take, in the order of their numbers, "-"
// where there is none, behind "|" at the beginning of a block of users.
func taken(t *testing.T, p *Plan, closed int) (all [2][]string) {
	t.Helper()
	for i := range p.Populations {
		one, rows := &p.Populations[i], p.Rows(i)
		for turn := range one.Turns() {
			for b := range turn.Blocks {
				n := len(b.Due)
				if n == 0 {
					n = closed
					all[turn.Target] = append(all[turn.Target], "|")
				}
				for k := range uint64(n) {
					seq := b.FirstSeq + k
					r := &p.Sent[one.Pick(seq)]
					if !r.uses(p.Scenario.Data()[0]) {
						continue
					}
					id, err := p.Scenario.Data()[0].Column("id", p.Seed, rows(p.Scenario.Data()[0])).Append(nil, &values.Sending{Seq: seq, Iteration: seq})
					if err != nil {
						id = []byte("-")
					}
					all[turn.Target] = append(all[turn.Target], string(id))
				}
			}
		}
	}
	return all
}

func TestEachUseOfDataTakesTheNextRow(t *testing.T) {
	for _, pick := range []string{"sequential", "unique"} {
		p := dataPlan(t, 400, pick, "load: [constant: {rate: 50/s, for: 2s}, poisson: {rate: 60/s, for: 3s}]\n")
		for target, got := range taken(t, p, 0) {
			if len(got) < 100 {
				t.Fatalf("%d uses", len(got))
			}
			for i, id := range got {
				if id != fmt.Sprint(i) {
					t.Fatalf("%s, target %d: use %d takes row %s", pick, target, i, id)
				}
			}
		}
	}
}

func TestUniqueDataRunsOutAndIsWarnedOf(t *testing.T) {
	p := dataPlan(t, 40, "unique", "load: [constant: {rate: 50/s, for: 2s}]\n")
	for target, got := range taken(t, p, 0) {
		for i, id := range got {
			if want := fmt.Sprint(i); i < 40 && id != want || i >= 40 && id != "-" {
				t.Fatalf("target %d: use %d takes row %s", target, i, id)
			}
		}
	}
	if err := p.Warning(); err == nil || !strings.Contains(err.Error(), "data users: the load takes 50 rows, and users.csv has 40 (pick: unique): the load ends when they are used up") {
		t.Errorf("warned of %v", err)
	}
	if want := "none for get, put: it would use up rows of unique data"; !slices.Contains(p.Untried, want) {
		t.Errorf("untried: %q", p.Untried)
	}
}

// Blocks of the closed model begin at rows of their own, the same at both targets.
func TestBlocksOfUsersHaveRowsOfTheirOwn(t *testing.T) {
	p := dataPlan(t, 130, "unique", "blocks: 5\nload: [constant: {rate: 12/s, for: 5s}, closed: {users: 4, for: 5s}]\n")
	got := taken(t, p, 60) // of which 30 use the data, and each block has 20 rows
	if !slices.Equal(got[0], got[1]) {
		t.Fatalf("targets take different rows:\n%q\n%q", got[0], got[1])
	}
	row, used := 30, 0
	for i, id := range got[0][30:] {
		switch {
		case id == "|":
			if i > 0 && used < 25 {
				t.Fatalf("%d uses in a block", used)
			}
			row, used = row+20*min(i, 1), 0
			continue
		case used < 20 && id != fmt.Sprint(row+used), used >= 20 && id != "-":
			t.Errorf("use %d of the block that begins at row %d takes row %s", used, row, id)
		}
		used++
	}
	if err := p.Warning(); err == nil || !strings.Contains(err.Error(), "data users: each block of a closed loop has 20 rows of users.csv to use (pick: unique)") {
		t.Errorf("warned of %v", err)
	}
}

func TestPopulationsTakeDifferentUniqueRows(t *testing.T) {
	p := dataPlan(t, 100, "unique", "populations:\n  one: {requests: [get], load: [{constant: {rate: 10/s, for: 3s}}]}\n  two: {requests: {get: 1, other: 1}, load: [{constant: {rate: 20/s, for: 2s}}]}\n")
	got := taken(t, p, 0)
	for i, id := range got[0] {
		if id != fmt.Sprint(i) {
			t.Fatalf("use %d takes row %s", i, id)
		}
	}
	if len(got[0]) != 50 {
		t.Errorf("%d uses", len(got[0]))
	}
}

func TestValuesOfUsersNeedUsers(t *testing.T) {
	p := dataPlan(t, 3, "per-user", "load: [closed: {users: 4, for: 2s}]\n")
	if err := p.Warning(); err == nil || !strings.Contains(err.Error(), "data users: users.csv has 3 rows for 4 users (pick: per-user): several users share one") {
		t.Errorf("warned of %v", err)
	}
	p.Populations[0].Stages[0].Load = Arrivals{Constant{}}
	if err := p.needUsers(); err == nil || err.Error() != "stage 1 has arrivals and no users, and request get has a value of its user, ${users.id}: use a closed load, or another pick" {
		t.Error(err)
	}
	if got := (&Request{Path: "/${user}"}).ofUser(); got != "user" {
		t.Errorf("the value of a user is %q", got)
	}
}
