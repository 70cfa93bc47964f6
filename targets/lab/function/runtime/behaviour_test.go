package runtime

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"
)

// TestMain lets the test binary be a function as well: the Runtime API's
// variable is set for functions only.
func TestMain(m *testing.M) {
	if api := os.Getenv("AWS_LAMBDA_RUNTIME_API"); api != "" {
		behaviours[os.Getenv("_HANDLER")](caller{"http://" + api + "/2018-06-01/runtime/"})
		return
	}
	if os.Getenv(labVariable) != "" {
		actAsLab()
		return
	}
	os.Exit(m.Run())
}

// A caller calls the Runtime API.
type caller struct{ base string }

// next waits for an event.
func (c caller) next() (id string, event []byte, head http.Header) {
	got, err := http.Get(c.base + "invocation/next")
	if err != nil {
		os.Exit(9)
	}
	defer got.Body.Close()
	event, _ = io.ReadAll(got.Body)
	return got.Header.Get("Lambda-Runtime-Aws-Request-Id"), event, got.Header
}

// post sends something, and returns the status and the body of the answer.
func (c caller) post(path, body string, head ...string) (int, string) {
	r, _ := http.NewRequest(http.MethodPost, c.base+path, strings.NewReader(body))
	for i := 0; i+1 < len(head); i += 2 {
		r.Header.Set(head[i], head[i+1])
	}
	got, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, err.Error()
	}
	defer got.Body.Close()
	said, _ := io.ReadAll(got.Body)
	return got.StatusCode, strings.TrimSpace(string(said))
}

// serve answers every event with what handle makes of it.
func (c caller) serve(handle func(id string, event []byte) string) {
	for {
		id, event, _ := c.next()
		c.post("invocation/"+id+"/response", handle(id, event))
	}
}

const errorKind = "Lambda-Runtime-Function-Error-Type"

// behaviours are functions, good and bad.
var behaviours = map[string]func(caller){
	"echo": func(c caller) { c.serve(func(_ string, event []byte) string { return string(event) }) },
	"throw": func(c caller) {
		for {
			id, _, _ := c.next()
			c.post("invocation/"+id+"/error", `{"errorType":"Oops","errorMessage":"no"}`, errorKind, "Oops")
		}
	},
	"crash": func(c caller) {
		c.next()
		os.Exit(3)
	},
	"leave": func(c caller) {
		c.next()
		os.Exit(0)
	},
	"hang": func(c caller) {
		c.next()
		select {}
	},
	"crash in init": func(caller) { os.Exit(4) },
	"fail in init": func(c caller) {
		c.post("init/error", `{"errorType":"Init.Bad","errorMessage":"no"}`, errorKind, "Init.Bad")
		os.Exit(1)
	},
	"never ask": func(caller) { time.Sleep(time.Hour) }, // ended by the test
	"flood": func(c caller) {
		text := bytes.Repeat([]byte("all work and no play\n"), 1<<10)
		c.serve(func(string, []byte) string {
			for range 400 {
				os.Stdout.Write(text)
			}
			return `"dry"`
		})
	},
	"no line end": func(c caller) {
		c.serve(func(string, []byte) string {
			os.Stdout.Write(bytes.Repeat([]byte{0xff}, 1<<20))
			return `"dry"`
		})
	},
	"fork": func(c caller) {
		c.serve(func(string, []byte) string {
			children := [][]string{{"sleep", "1000"}}
			if runtime.GOOS == "linux" { // one that leaves the group, too
				children = append(children, []string{"setsid", "sleep", "1000"})
			}
			for _, words := range children {
				child := exec.Command(words[0], words[1:]...)
				child.Stdout, child.Stderr = os.Stdout, os.Stderr
				if err := child.Start(); err != nil {
					return fmt.Sprintf("%q", err)
				}
			}
			return `"forked"`
		})
	},
	"answer twice": func(c caller) {
		var last string
		c.serve(func(id string, event []byte) string {
			if string(event) == `"tell"` {
				return last
			}
			c.post("invocation/"+id+"/response", `"first"`)
			status, said := c.post("invocation/"+id+"/response", `"second"`)
			last = fmt.Sprintf(`{"status":%d,"said":%s}`, status, said)
			return `"third"`
		})
	},
	"answer another": func(c caller) {
		c.serve(func(string, []byte) string {
			status, said := c.post("invocation/00000000-0000-4000-8000-000000000000/response", `"wrong"`)
			return fmt.Sprintf(`{"status":%d,"said":%s}`, status, said)
		})
	},
	"ask while busy": func(c caller) {
		c.serve(func(string, []byte) string {
			got, _ := http.Get(c.base + "invocation/next")
			return fmt.Sprintf(`{"status":%d}`, got.StatusCode)
		})
	},
	"too large": func(c caller) {
		var last string
		c.serve(func(id string, event []byte) string {
			if string(event) == `"tell"` {
				return last
			}
			status, said := c.post("invocation/"+id+"/response", strings.Repeat(" ", 7<<20))
			last = fmt.Sprintf(`{"status":%d,"said":%s}`, status, said)
			return ""
		})
	},
	"wrong mode": func(c caller) {
		for {
			id, _, _ := c.next()
			c.post("invocation/"+id+"/response", "x", "Lambda-Runtime-Function-Response-Mode", "raining")
		}
	},
	"eat memory": func(c caller) {
		c.serve(func(string, []byte) string {
			var eaten [][]byte
			for range 1 << 10 {
				eaten = append(eaten, bytes.Repeat([]byte{1}, 1<<20))
				time.Sleep(4 * time.Millisecond) // slow enough to be ended on the way
			}
			runtime.KeepAlive(eaten)
			return `"full"`
		})
	},
	"stay away": func(c caller) {
		id, _, _ := c.next()
		c.post("invocation/"+id+"/response", `"once"`)
		time.Sleep(time.Hour) // ended by the test
	},
	"tell environment": func(c caller) {
		c.serve(func(string, []byte) string {
			text, _ := json.Marshal(os.Environ())
			return string(text)
		})
	},
	"tell event": func(c caller) {
		for {
			id, _, head := c.next()
			text, _ := json.Marshal(head)
			c.post("invocation/"+id+"/response", string(text))
		}
	},
	"slow start": func(c caller) {
		time.Sleep(50 * time.Millisecond) // the slow start under test
		c.serve(func(string, []byte) string { return `"up"` })
	},
	"stream": func(c caller) {
		for {
			id, _, _ := c.next()
			c.post("invocation/"+id+"/response", `{"statusCode":201}`+strings.Repeat("\x00", 8)+"body",
				"Lambda-Runtime-Function-Response-Mode", "streaming", "Content-Type", StreamType)
		}
	},
}
