//go:build unix && scripts

package main

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"database/sql"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"

	"tollgate/results"
)

// A hostileRow is one directory of the corpus: what is put into it, and what some
// verb then says. Every verb is held to the same bounds in each row.
type hostileRow struct {
	name string
	make func(w *world)
	want string
	all  bool // verbs
}

// hostileRows is the corpus. It is a function, and not a variable, since scripts
// start this program's tests as the program, which would build it every time.
func hostileRows() []hostileRow {
	return []hostileRow{
		// Files that are none.
		{"run.json is a pipe", fifo("run.json"), "not a run directory", false},
		{"run.json is a link out of the directory", link("run.json", "secret"), "not a run directory", false},
		{"run.json is a directory", folder("run.json"), "not a run directory", false},
		{"run.json is of 100 GB", sparse("run.json"), "run.json: is larger than 64 MB", false},
		{"scenario.yaml is a pipe", fifo("scenario.yaml"), "scenario.yaml: is a device or a pipe", false},
		{"scenario.yaml is a link to a secret", link("scenario.yaml", "secret"), "scenario.yaml: is a link", false},
		{"observed.json is a pipe", fifo("observed.json"), "observed.json: is a device or a pipe", false},
		{"observed.json is a link", link("observed.json", "secret"), "observed.json: is a link", false},
		{"findings.json is a pipe", fifo("findings.json"), "findings.json: is a device or a pipe", false},
		{"failures.jsonl is a pipe", fifo("failures.jsonl"), "failures.jsonl: is a device or a pipe", false},
		{"comparison.json is a pipe", fifo("comparison.json"), "comparison.json: is a device or a pipe", false},
		{"gate.json is a link", link("gate.json", "secret"), "gate.json: is a link", false},
		{"notes.jsonl is a pipe", fifo("notes.jsonl"), "notes.jsonl: is a device or a pipe", false},
		{"notes.jsonl is a link to a file of the user", link("notes.jsonl", "notes"), "notes.jsonl: is a link", false},
		{"notes.jsonl is of 100 GB", sparse("notes.jsonl"), "notes.jsonl: is larger than", false},
		{"seconds.csv is a device without end", device("seconds.csv"), "seconds.csv: is a link", false},
		{"generator.csv is a pipe", fifo("generator.csv"), "generator.csv: is a device or a pipe", false},
		{"sizes.hlog is a link", link("sizes.hlog", "secret"), "sizes.hlog: is a link", false},
		{"latency.hlog is of 100 GB", sparse("latency.hlog"), "latency.hlog: is larger than", false},
		{"the run is a link in the history", func(w *world) {
			must(w, os.Rename(w.run, filepath.Join(w.outside, "run-10")), os.Symlink(filepath.Join(w.outside, "run-10"), w.run))
		}, "is a link: name the run directory that it leads to", false},
		{"the folder of runs is a link", func(w *world) {
			must(w, os.Rename(w.runs, w.runs+"-real"), os.Symlink(w.runs+"-real", w.runs))
		}, "not confirmed", true}, // the user named it: it works

		// JSON that takes too much.
		{"run.json nests without end", text("run.json", strings.Repeat("[", 1<<20)), "nested more than 64 deep", false},
		{"run.json has 1001 targets", edit("run.json", `"targets": [`, `"targets": [`+strings.Repeat("{},", 1001)), "a run has at most 1000", false},
		{"run.json has a million targets", edit("run.json", `"targets": [`, `"targets": [`+strings.Repeat("null,", 1<<20)), "more than 65536 elements", false},
		{"observed.json has a million metrics", text("observed.json", `{"targets":[{"metrics":[`+strings.Repeat("{},", 1<<20)+"{}]}]}"), "more than 65536 elements", false},
		{"findings.json has a million findings", text("findings.json", `{"version":1,"findings":[`+strings.Repeat("0,", 1<<20)+"0]}"), "more than 65536 elements", false},
		{"a name of a megabyte", edit("run.json", `"tollgate": "`, `"tollgate": "`+strings.Repeat("x", 1<<20)), "tollgate: ", false},

		// Values that there are not, and texts that do more than show.
		{"an unknown state", edit("run.json", `"state": "finished"`, `"state": "great"`), `run.json: state: "great" is none of running, finished`, false},
		{"an unknown verdict", edit("run.json", `"verdict": "valid"`, `"verdict": "<b>"`), `run.json: verdict: "<b>" is none of valid, suspect, unknown, invalid`, false},
		{"an unknown outcome", edit("run.json", `"ok": {`, `"=cmd()": {`), `"=cmd()" is none of ok`, false},
		{"a status code that is none", edit("run.json", `"200": 1`, `"x\n::error::": 1`), "is not a status code", false},
		{"an unknown unit of a threshold", edit("run.json", `"thresholds": []`, `"thresholds": [{"threshold":"p(99) < 1s","target":"rest","measured":1,"unit":"::error::","passed":true}]`), "thresholds[0].unit", false},
		{"an unknown basis of a bill", edit("run.json", `"bill": null`, `"bill": {"region":"us-east-1","book":"x","free_tier":"none","month_usd":1,"lines":[{"dimension":"x","title":"x","unit":"x","quantity":1,"usd":1,"basis":"@you","derivation":"","source":""}]}`), `lines.basis: "@you" is none of`, false},
		{"a workflow command in the scenario's name", edit("run.json", `"scenario": "api"`, `"scenario": "api\n::error::x"`), "scenario: ", false},
		{"an escape in a target's name", edit("run.json", `"name": "http"`, `"name": "http\u001b[2J"`), "has characters that cannot be printed", false},
		{"an escape in a warning", edit("run.json", `"reasons": [`, `"warnings": ["\u001b]0;x\u0007 and \u202e"], "reasons": [`), "not confirmed", true}, // opens, without it
		{"a stage of blocks without end", edit("run.json", `"blocks": 1,`, `"blocks": 9223372036854775807,`), "stages[0].blocks: 9223372036854775807 is not a number of blocks", false},
		{"a stage of blocks before its start", edit("run.json", `"blocks": 1,`, `"blocks": -1,`), "stages[0].blocks: -1 is not a number of blocks", false},
		{"a block of no length", edit("run.json", `"block_s": 1,`, `"block_s": 0,`), "not confirmed", true},
		{"a block without end", edit("run.json", `"block_s": 1,`, `"block_s": 1e308,`), "stages[0].block_s: 1e+308 is not a length of time", false},
		{"a path for an id", edit("run.json", `"id": "run-10"`, `"id": "../../outside"`), "is not the name of a directory", false},
		{"an unknown verdict of a finding", text("findings.json", `{"version":1,"findings":[{"probe":"p","target":"rest","conclusion":"c","verdict":"x"}]}`), `finding 1: verdict: "x" is none of`, false},
		{"an unknown unit of a finding", text("findings.json", `{"version":1,"findings":[{"probe":"p","target":"rest","conclusion":"c","verdict":"valid","values":{"v":{"value":1,"unit":"[x](y)"}}}]}`), "values.v.unit", false},
		{"an unknown metric of a comparison", text("comparison.json", `{"version":1,"design":"interleaved","pairs":[{"base":"rest","head":"http","effects":[{"metric":"<script>"}]}]}`), "comparison.json", false},
		{"an unknown outcome of a gate", text("gate.json", `{"version":1,"outcome":"\u001b"}`), "gate.json is damaged: outcome", false},
		{"an unknown sort of note", text("notes.jsonl", `{"at":"2026-11-01T00:00:00Z","who":"x","what":"trust","why":"x"}`+"\n"), "notes.jsonl:1: ", false},
		{"a failure of a target that there is not", text("failures.jsonl", `{"target":"moon","request":"get"}`+"\n"), "failures.jsonl:1: target", false},

		// Logs.
		{"a histogram that unpacks to a gigabyte", log("latency.hlog", bomb()), "latency.hlog:", false},
		{"a histogram that is no base64", log("latency.hlog", "!!!!"), "latency.hlog:", false},
		{"a histogram cut in the middle", log("latency.hlog", bomb()[:40]), "latency.hlog:", false},
		{"a line of ten megabytes", text("latency.hlog", strings.Repeat("x", 10<<20)+"\n"), "a line longer than", false},
		{"a row of ten megabytes", text("seconds.csv", strings.Repeat(",", 10<<20)+"\n"), "a line longer than", false},
		{"minutes from the future", text("minutes.hlog", "#[Complete until: 99999999.000]\n"), "minutes.hlog:1: ", false},
		{"samples that unpack to gigabytes", gzipped("samples.bin.gz"), "not confirmed", true}, // no verb unpacks them

		// Orders.
		{"a scenario that was changed", func(w *world) { w.in("scenario.yaml", "name: api\n") }, "scenario.yaml was changed after the run", true},
		{"a lab that was changed", func(w *world) {
			w.in("lab.json", "{}")
			w.edit("run.json", `"scenario_sha256"`, `"lab_sha256": "0", "scenario_sha256"`)
		}, "lab.json was changed after the run", true},
		{"a scenario that doubles at each line", func(w *world) {
			w.scenario("a: &a [1,1,1,1,1,1,1,1,1]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c]\ne: [*d,*d,*d,*d,*d,*d,*d,*d]\n")
		}, "scenario.yaml", true},
		{"a scenario whose costs are mapped", func(w *world) {
			w.scenario(billedIn("rest: {kind: rest-api, url: lab, region: us-east-1}", "http: {kind: http-api, url: lab, region: us-east-1}"))
		}, "The cheapest target over requests per month and response size", true},
		{"a scenario that sends the environment somewhere", func(w *world) {
			w.scenario("name: api\ntargets:\n  rest: {kind: rest-api, url: \"http://" + w.address + "/${env:AWS_SECRET_ACCESS_KEY}\", region: us-east-1, api: \"${env:AWS_SECRET_ACCESS_KEY}\", auth: {iam: {profile: admin}}}\n  http: {kind: http-api, url: \"http://" + w.address + "\", region: us-east-1}\nrequests: [{name: get, path: \"/${env:AWS_SECRET_ACCESS_KEY}\", file: ../../outside/secret}]\nload: [{constant: {rate: 100/s, for: 1s}}]\n")
			w.edit("run.json", `"lab": true`, `"lab": false`)
			w.edit("run.json", `"lab": true`, `"lab": false`)
		}, "environment variables decide targets.rest.api (AWS_SECRET_ACCESS_KEY)", true},
		{"a lab file of its own, with a matching digest", func(w *world) {
			w.in("lab.json", `{"function": {"command": ["`+filepath.Join(w.outside, "program")+`"]}, "doors": [{"kind": "rest-api"}, {"kind": "http-api"}]}`)
			data, err := os.ReadFile(filepath.Join(w.run, "lab.json"))
			must(w, err)
			digest := results.Digest(data)
			w.edit("run.json", `"scenario_sha256"`, `"lab_sha256": "`+digest+`", "inputs": [{"role": "lab", "folder": "`+w.run+`", "name": "lab.json", "sha256": "`+digest+`"}], "scenario_sha256"`)
		}, "--scenario FILE --lab FILE", true},
		{"a lab file elsewhere, with a matching digest", func(w *world) {
			lab := `{"function": {"command": ["` + filepath.Join(w.outside, "program") + `"]}}`
			w.put(filepath.Join(w.outside, "lab.json"), lab)
			w.edit("run.json", `"scenario_sha256"`, `"inputs": [{"role": "lab", "folder": "`+w.outside+`", "name": "lab.json", "sha256": "`+results.Digest([]byte(lab))+`"}], "scenario_sha256"`)
		}, "--scenario FILE --lab FILE", true},
		{"a body that is the user's secret, with its digest", func(w *world) {
			w.edit("run.json", `"scenario_sha256"`, `"inputs": [{"role": "file", "folder": "`+w.outside+`", "name": "secret", "sha256": "`+results.Digest([]byte(hostileSecret))+`"}], "scenario_sha256"`)
		}, "not confirmed", true},
		{"a library's name for another scenario", func(w *world) {
			w.edit("run.json", `"scenario": "api"`, `"scenario": "front-doors"`)
		}, "run-10", true},
		{"a lock that somebody left", func(w *world) { w.in("check.lock", "1\n"); w.put(filepath.Join(w.runs, "check.lock"), "1\n") }, "not confirmed", true},
		{"an index whose view never ends", func(w *world) {
			hostileIndex(w, "CREATE VIEW runs AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n) SELECT i AS name, i AS stamp, i AS entry FROM n; PRAGMA user_version = 2")
		}, "run-10", true},
		{"an index of forged runs", func(w *world) { hostileIndex(w, "CREATE TABLE runs (name TEXT, entry BLOB)") }, "run-10", true},
	}
}

func must(w *world, errs ...error) {
	w.t.Helper()
	if err := errors.Join(errs...); err != nil {
		w.t.Fatal(err)
	}
}

func text(name, s string) func(*world) { return func(w *world) { w.in(name, s) } }

func edit(name, old, new string) func(*world) { return func(w *world) { w.edit(name, old, new) } }

func fifo(name string) func(*world) {
	return func(w *world) {
		must(w, os.RemoveAll(filepath.Join(w.run, name)), syscall.Mkfifo(filepath.Join(w.run, name), 0o600))
	}
}

func link(name, to string) func(*world) {
	return func(w *world) {
		must(w, os.RemoveAll(filepath.Join(w.run, name)), os.Symlink(filepath.Join(w.outside, to), filepath.Join(w.run, name)))
	}
}

func device(name string) func(*world) {
	return func(w *world) {
		must(w, os.RemoveAll(filepath.Join(w.run, name)), os.Symlink("/dev/zero", filepath.Join(w.run, name)))
	}
}

func folder(name string) func(*world) {
	return func(w *world) {
		must(w, os.RemoveAll(filepath.Join(w.run, name)), os.Mkdir(filepath.Join(w.run, name), 0o700))
	}
}

func sparse(name string) func(*world) {
	return func(w *world) {
		w.in(name, "{")
		must(w, os.Truncate(filepath.Join(w.run, name), 100<<30))
	}
}

// log puts one line with a histogram into a log.
func log(name, histogram string) func(*world) {
	return text(name, "Tag=target=rest;request=get;block=0;outcome=ok;clock=response,0.000,0.100,1.000,"+histogram+"\n")
}

// bomb is a histogram whose header says little and whose counts never end.
var bomb = sync.OnceValue(func() string {
	var zipped bytes.Buffer
	zipped.Write(make([]byte, 8))
	z, _ := zlib.NewWriterLevel(&zipped, zlib.BestSpeed)
	h := make([]byte, 40)
	binary.BigEndian.PutUint32(h, 0x1c849303|0x10)
	binary.BigEndian.PutUint32(h[4:], 1<<16)
	binary.BigEndian.PutUint32(h[12:], 3)
	binary.BigEndian.PutUint64(h[16:], 1000)
	binary.BigEndian.PutUint64(h[24:], 3_600_000_000_000)
	_, _ = z.Write(h)
	zeros := make([]byte, 1<<20)
	for range 300 {
		_, _ = z.Write(zeros)
	}
	_ = z.Close()
	b := zipped.Bytes()
	binary.BigEndian.PutUint32(b, 0x1c849304|0x10)
	binary.BigEndian.PutUint32(b[4:], uint32(len(b)-8))
	return base64.StdEncoding.EncodeToString(b)
})

func gzipped(name string) func(*world) {
	return func(w *world) {
		var b bytes.Buffer
		z, _ := gzip.NewWriterLevel(&b, gzip.BestSpeed)
		zeros := make([]byte, 1<<20)
		for range 100 {
			_, _ = z.Write(zeros)
		}
		_ = z.Close()
		w.in(name, b.String())
	}
}

// hostileIndex puts a database where older versions kept their index.
func hostileIndex(w *world, statement string) {
	w.t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(w.runs, ".history.sqlite"))
	must(w, err)
	_, err = db.ExecContext(w.t.Context(), statement)
	must(w, err, db.Close())
}
