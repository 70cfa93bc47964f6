package doors

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// asks sends requests of one line each to an application: method, path and body.
func asks(s *shop, line string) (status int, body string, location string) {
	method, rest, _ := strings.Cut(line, " ")
	target, body, _ := strings.Cut(rest, " ")
	u, _ := url.Parse(target)
	r := s.answer(call{method: method, path: u.Path, query: u.Query, body: []byte(body), at: noon})
	if len(r.extra) > 0 {
		location = r.extra[0][1]
	}
	return r.status, string(r.body), location
}

// TestTheApplicationStoresUsersAndOrders sends one request after another.
func TestTheApplicationStoresUsersAndOrders(t *testing.T) {
	s := newShop(nil)
	for _, row := range []struct {
		asked  string
		status int
		want   string // in the response
	}{
		{"GET /users/1", 200, `{"email":"user1@example.com","id":"1","name":"User 1"}`},
		{"GET /orders/1", 200, `"user_id":"8"`},
		{"GET /users?limit=2", 200, `{"items":[{"email":"user1@example.com","id":"1","name":"User 1"},{"email":"user2@example.com","id":"2","name":"User 2"}],"next":"2"}`},
		{"GET /users?limit=1&cursor=999", 200, `"id":"1000","name":"User 1000"}],"next":null}`},
		{`POST /users {"name":"Ada"}`, 201, `{"id":"1001","name":"Ada"}`},
		{`POST /users {"id":"mine","name":"Bob"}`, 201, `{"id":"1002","name":"Bob"}`},
		{"GET /users/1001", 200, `{"id":"1001","name":"Ada"}`},
		{`PUT /users/1001 {"name":"Eve"}`, 200, `{"id":"1001","name":"Eve"}`},
		{`PATCH /users/1 {"name":"First"}`, 200, `{"email":"user1@example.com","id":"1","name":"First"}`},
		{"GET /users/1", 200, `"name":"First"`},
		{"DELETE /users/1001", 204, ""},
		{"GET /users/1001", 404, "there is no such user"},
		{"DELETE /users/1", 204, ""},
		{"PUT /users/1 {}", 404, "there is no such user"},
		{"GET /users?limit=1", 200, `[{"email":"user2@example.com","id":"2","name":"User 2"}],"next":"2"`},
		{"GET /users?cursor=1000", 200, `{"items":[{"id":"1002","name":"Bob"}],"next":null}`},
		{"GET /users/007", 404, ""},
		{"GET /users/-1", 404, ""},
		{"GET /users/1/2", 404, ""},
		{"POST /users [1]", 400, "must be a JSON object"},
		{"POST /users null", 400, "must be a JSON object"},
		{"POST /users", 400, "must be a JSON object"},
		{`POST /users {"a":"` + strings.Repeat("x", largestItem) + `"}`, 400, "at most 64 KiB"},
		{"GET /users?limit=0", 400, "limit must be from 1 to 100"},
		{"GET /users?cursor=x", 400, "cursor is not a number"},
		{"DELETE /users", 405, "there is GET and POST"},
		{"POST /users/2 {}", 405, "there is GET, PUT, PATCH and DELETE"},
		{`POST /items "anything"`, 201, `{"id":"i1"}`},
		{"GET /items/i1", 200, `{"id":"i1","item":"anything"}`},
		{"GET /items", 404, ""},
		{"PUT /items/i1 2", 405, "there is GET and DELETE"},
	} {
		if status, body, _ := asks(s, row.asked); status != row.status || !strings.Contains(body, row.want) {
			t.Errorf("%.60s: %d %.200s, want %d %s", row.asked, status, body, row.status, row.want)
		}
	}
	if _, _, location := asks(s, `POST /orders {"user_id":"2"}`); location != "/orders/1001" {
		t.Errorf("a new order is at %q", location)
	}
	want := ShopTruth{Created: 1, Read: 1, Users: CollectionTruth{Created: 2, Pages: 4, Read: 3, Changed: 2, Deleted: 2}, Orders: CollectionTruth{Created: 1, Read: 1}}
	if got := s.seen(); got == nil || *got != want {
		t.Errorf("the truth is %+v, want %+v", got, want)
	}
}

// TestPagesOfAListAreAllOfIt makes and deletes records at random, and reads the list page
// by page: it has every record once, in order.
func TestPagesOfAListAreAllOfIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := newShop(nil)
		var want []string
		for n := range firstRecords {
			want = append(want, strconv.Itoa(n+1))
		}
		for range rapid.IntRange(0, 50).Draw(t, "steps") {
			if rapid.Bool().Draw(t, "create") {
				_, body, _ := asks(s, "POST /users {}")
				var made struct{ ID string }
				_ = json.Unmarshal([]byte(body), &made)
				want = append(want, made.ID)
				continue
			}
			i := rapid.IntRange(0, len(want)-1).Draw(t, "which")
			if status, _, _ := asks(s, "DELETE /users/"+want[i]); status != 204 {
				t.Fatalf("DELETE /users/%s: %d", want[i], status)
			}
			want = slices.Delete(want, i, i+1)
		}
		var got []string
		limit, cursor := rapid.IntRange(1, mostPerPage).Draw(t, "limit"), ""
		for more := true; more; more = cursor != "" {
			_, body, _ := asks(s, fmt.Sprintf("GET /users?limit=%d&cursor=%s", limit, cursor))
			var page struct {
				Items []struct{ ID string }
				Next  *string
			}
			if err := json.Unmarshal([]byte(body), &page); err != nil || len(page.Items) > limit || len(page.Items) == 0 {
				t.Fatalf("%v: %s", err, body)
			}
			for _, item := range page.Items {
				got = append(got, item.ID)
			}
			cursor = ""
			if page.Next != nil {
				cursor = *page.Next
			}
		}
		if !slices.Equal(got, want) {
			t.Fatalf("the pages have %d records, want %d", len(got), len(want))
		}
	})
}

func TestAnApplicationHoldsTheLatestRecordsOnly(t *testing.T) {
	c := newItems()
	for range mostItems + 10 {
		c.create([]byte("1"))
	}
	if len(c.bodies) != mostItems || c.read("i10").status != 404 || c.read("i11").status != 200 {
		t.Errorf("%d items are left", len(c.bodies))
	}
}
