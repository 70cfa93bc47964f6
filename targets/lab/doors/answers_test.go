package doors

import (
	"strings"
	"testing"
)

func TestAFunctionAnswersRoutesOfItsOwn(t *testing.T) {
	all := Answers{"GET /users/{id}": {Bytes: 7}, "GET /users/me": {Status: 403}, "DELETE /users/{id}": {Status: 204}, "GET /{name}/{id}": {Status: 404}}.ready()
	for _, row := range []struct {
		method, path string
		status       int
		bytes        int64
	}{
		{"GET", "/users/17", 200, 7},
		{"GET", "/users/me", 403, 0},
		{"DELETE", "/users/17", 204, 0},
		{"GET", "/orders/1", 404, 0},
		{"POST", "/users/17", 0, 0},
		{"GET", "/users/17/inbox", 0, 0},
	} {
		switch r := all.find(row.method, row.path); {
		case r == nil && row.status != 0, r != nil && (r.status != row.status || r.size() != row.bytes):
			t.Errorf("%s %s: %+v, want %d with %d bytes", row.method, row.path, r, row.status, row.bytes)
		}
	}
}

func TestWrongAnswersAreRefused(t *testing.T) {
	for want, f := range map[string]string{
		`must be a method and a path`:                       `{answers: {/users: {}}}`,
		`answers[GET /].status: 99 must be from 200 to 599`: `{answers: {GET /: {status: 99}}}`,
		`answers[GET /].bytes`:                              `{answers: {GET /: {bytes: 99999999}}}`,
		`a command or a server answers by itself`:           `{answers: {GET /: {}}, proxy: "http://127.0.0.1:1"}`,
	} {
		if _, _, err := ParseConfig("lab.yaml", []byte("function: "+f)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", f, err, want)
		}
	}
}
