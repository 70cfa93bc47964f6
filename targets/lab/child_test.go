package lab

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"tollgate/targets/lab/doors"
)

// The test binary is also the lab's process, and a parent that never closes
// its lab; the environment says which.
const roleVariable = "TOLLGATE_LAB_TEST_ROLE"

func TestMain(m *testing.M) {
	switch os.Getenv(roleVariable) {
	case "":
		os.Exit(m.Run())
	case "lab":
		if err := Serve(context.Background(), os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	case "parent":
		os.Setenv(roleVariable, "lab")
		child, err := Spawn(context.Background(), os.Args[0], nil, quick())
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		fmt.Println(child.Doors[0].URL, child.command.Process.Pid)
		select {}
	case "function":
		_ = doors.ServeFunction(context.Background(), os.Getenv)
	case "bare":
		serveBare(os.Stdin, os.Stdout)
	case "silent":
		_, _ = io.Copy(io.Discard, os.Stdin)
	case "broken":
		fmt.Fprintln(os.Stderr, "no memory left")
		os.Exit(3)
	}
}

func spawn(t *testing.T, role string, c Config) (*Child, error) {
	t.Helper()
	t.Setenv(roleVariable, role)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	return Spawn(ctx, os.Args[0], nil, c)
}

func TestAChildServesUntilItIsClosed(t *testing.T) {
	child, err := spawn(t, "lab", quick())
	if err != nil {
		t.Fatal(err)
	}
	if len(child.Doors) != 4 || child.CloudWatch == "" {
		t.Errorf("opened: %+v", child.Opened)
	}
	if status, _, _ := send(t, "GET", child.Doors[0].URL, ""); status != 200 {
		t.Errorf("status %d", status)
	}
	if status, _, body := send(t, "GET", child.Truth, ""); status != 200 || !strings.Contains(body, `"requests":1`) {
		t.Errorf("truth: %d %s", status, body)
	}
	if err := child.Close(); err != nil {
		t.Error(err)
	}
	if err := child.Close(); err != nil {
		t.Errorf("closing twice: %v", err)
	}
}

func TestAChildDiesWithAParentThatWasKilled(t *testing.T) {
	t.Setenv(roleVariable, "parent")
	parent := exec.Command(os.Args[0])
	out, err := parent.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	var url string
	var pid int
	if _, err := fmt.Fscan(out, &url, &pid); err != nil {
		_ = parent.Process.Kill()
		t.Fatal(err)
	}
	if status, _, _ := send(t, "GET", url, ""); status != 200 {
		t.Errorf("status %d", status)
	}
	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = parent.Wait() // ends killed
	for range 1000 {
		response, err := http.Get(url)
		if err != nil {
			return // the lab is gone
		}
		response.Body.Close()
		time.Sleep(10 * time.Millisecond) // polls: another process's child ends
	}
	t.Errorf("the lab %d lives on without its parent", pid)
}

func TestAChildThatCannotStartSaysWhy(t *testing.T) {
	blocker := open(t, quick())
	c := Config{Listen: strings.TrimPrefix(blocker.CloudWatchURL(), "http://")}
	_, err := spawn(t, "lab", c)
	if err == nil || !strings.Contains(err.Error(), "CloudWatch endpoint cannot listen") || strings.Contains(err.Error(), "ended badly") {
		t.Errorf("got %v", err)
	}
}

func TestAChildThatDiesAtOnceIsQuoted(t *testing.T) {
	_, err := spawn(t, "broken", quick())
	if err == nil || !strings.Contains(err.Error(), "no memory left") {
		t.Errorf("got %v", err)
	}
}

func TestAChildThatSaysNothingIsNotWaitedForLongerThanAsked(t *testing.T) {
	t.Setenv(roleVariable, "silent")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Spawn(ctx, os.Args[0], nil, quick()); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestAProgramThatDoesNotExistIsAnError(t *testing.T) {
	if _, err := Spawn(t.Context(), t.TempDir()+"/nothing", nil, quick()); err == nil {
		t.Error("no error")
	}
}

func TestServeRefusesWhatIsNoConfiguration(t *testing.T) {
	for name, row := range map[string]struct{ in, want string }{
		"nothing at all":          {"", "no configuration"},
		"something else":          {"hello\n", "needs a mapping"},
		"an unknown key":          {`{"dors":[]}` + "\n", "dors"},
		"a line without an end":   {strings.Repeat(" ", longestLine+2), "longer than"},
		"two objects in one line": {"{} {}\n", "not allowed"},
		"a wrong figure":          {`{"account":{"rate":"0/s","burst":1}}`, "account.rate"},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			err := Serve(t.Context(), strings.NewReader(row.in), &out)
			if err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("got %v", err)
			}
			if !strings.HasPrefix(out.String(), `{"error":`) || strings.Count(out.String(), "\n") != 1 {
				t.Errorf("wrote %q", out.String())
			}
		})
	}
}

func TestServeEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	in, parent := io.Pipe()
	defer parent.Close()
	go func() { _, _ = io.WriteString(parent, "{}\n") }()
	if err := Serve(ctx, in, io.Discard); err != nil {
		t.Error(err)
	}
}
