package main

import (
	"encoding/json"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"tollgate/results"
)

// baselineRuns is the command "baseline RUN N", which makes N copies of a run, each a day older than the one before,
// all of them valid: a history.
func baselineRuns(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: baseline RUN N")
	}
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	for i := range n {
		dir := args[0] + "-earlier" + strconv.Itoa(i)
		ts.Check(os.CopyFS(ts.MkAbs(dir), os.DirFS(ts.MkAbs(args[0]))))
		rewrite(ts, dir, func(d *results.Document) {
			d.ID, d.Verdict, d.Reasons = d.ID+"-earlier"+strconv.Itoa(i), results.Valid, nil
			d.Started = d.Started.Add(-time.Duration(i+1) * 24 * time.Hour)
		})
	}
}

// judged RUN VERDICT changes whether a run's numbers may be trusted, which
// otherwise hangs on how busy the machine is. A valid one forgets its lag and its control
// measurement, too: gates go by them.
func judged(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: judged RUN VERDICT")
	}
	if results.Verdict(args[1]) == results.Valid {
		file := ts.MkAbs(args[0] + "/" + results.FileLatency)
		lines := slices.DeleteFunc(strings.SplitAfter(ts.ReadFile(file), "\n"), func(line string) bool {
			return strings.Contains(line, ";clock=lag,") || strings.Contains(line, ";clock=control,")
		})
		ts.Check(os.WriteFile(file, []byte(strings.Join(lines, "")), 0o644))
	}
	rewrite(ts, args[0], func(d *results.Document) { d.Verdict = results.Verdict(args[1]) })
}

func rewrite(ts *testscript.TestScript, dir string, change func(*results.Document)) {
	var doc results.Document
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(dir+"/"+results.FileRun)), &doc))
	change(&doc)
	ts.Check(results.WriteDocument(ts.MkAbs(dir), doc))
}
