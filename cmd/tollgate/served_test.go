package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// served is a server that a script compares: serve DELAY [FILE] answers after a while, as
// PORT says, and leaves its process id in a file.
func served() {
	delay, err := time.ParseDuration(os.Args[1])
	if err != nil {
		fmt.Println("connecting with", os.Getenv("DB_PASSWORD"), "failed")
		os.Exit(3)
	}
	if len(os.Args) > 2 {
		_ = os.WriteFile(os.Args[2], fmt.Appendln(nil, os.Getpid()), 0o600)
	}
	err = http.ListenAndServe(net.JoinHostPort("127.0.0.1", os.Getenv("PORT")), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(delay) // the response time that a run has to find
		_, _ = io.WriteString(w, r.URL.Path)
	}))
	fmt.Println(err)
	os.Exit(1)
}

// invoked is a Lambda function that a script compares: invoked DELAY answers each event
// after a while.
func invoked() {
	delay, err := time.ParseDuration(os.Args[1])
	if err != nil {
		os.Exit(2)
	}
	api := "http://" + os.Getenv("AWS_LAMBDA_RUNTIME_API") + "/2018-06-01/runtime/invocation/"
	for {
		event, err := http.Get(api + "next")
		if err != nil {
			os.Exit(1)
		}
		_, _ = io.Copy(io.Discard, event.Body)
		event.Body.Close()
		time.Sleep(delay) // the duration that a run has to find
		answer, err := http.Post(api+event.Header.Get("Lambda-Runtime-Aws-Request-Id")+"/response", "application/json", bytes.NewReader([]byte(`{"statusCode": 200, "body": "ok"}`)))
		if err != nil {
			os.Exit(1)
		}
		answer.Body.Close()
	}
}

// ended FILE checks that no process has the id that is in a file.
func endedProcess(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: ended FILE")
	}
	id, err := strconv.Atoi(strings.TrimSpace(ts.ReadFile(args[0])))
	ts.Check(err)
	process, err := os.FindProcess(id)
	ts.Check(err)
	stat, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", id))
	zombie := bytes.Contains(stat, []byte(") Z ")) // that no one has reaped yet
	if process.Signal(syscall.Signal(0)) == nil && !zombie {
		ts.Fatalf("process %d still runs", id)
	}
}
