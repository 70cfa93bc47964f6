package paths

import (
	"fmt"
	"strings"
	"testing"
)

func TestSegmentsThatLookLikeIdentifiersAre(t *testing.T) {
	for _, row := range []struct {
		path, want string
	}{
		{"/", "/"},
		{"", "/"},
		{"/health", "/health"},
		{"/v1/users/17", "/v1/users/{id}"},
		{"/users/3f2504e0-4f89-11d3-9a0c-0305e82c3301/orders", "/users/{id}/orders"},
		{"/users/anna%40example.com", "/users/{id}"},
		{"/users/anna@example.com", "/users/{id}"},
		{"/verify/eyJhbGciOiJIUzI1NiJ9.e30.x", "/verify/{id}"},
		{"/orders/ORD-20261130", "/orders/{id}"},
		{"/oauth2/token", "/oauth2/token"},
		{"/assets/app.3f2a1b9c8d7e.js", "/assets/{id}.js"},
		{"/assets/app.js", "/assets/app.js"},
		{"/users/{id}", "/users/{id}"},
		{"/users/", "/users/"},
		{"/a/b/c/d/e/f/g/h/i/j", "/a/b/c/d/e/f/g/h/{rest}"},
	} {
		tree := New(func(int, int) {})
		if got := tree.Path(tree.Class([]byte(row.path), nil)); got != row.want {
			t.Errorf("%s is in class %s, want %s", row.path, got, row.want)
		}
	}
}

// counting is a tree whose classes are counted as a caller does.
type counting struct {
	*Tree
	n []int64
}

func newCounting() *counting {
	c := &counting{}
	c.Tree = New(func(into, from int) {
		c.n[into] += c.n[from]
		c.n[from] = 0
	})
	return c
}

func (c *counting) see(path string) int {
	id := c.Class([]byte(path), nil)
	for len(c.n) <= id {
		c.n = append(c.n, 0)
	}
	c.n[c.Now(id)]++
	return id
}

func (c *counting) classes() map[string]int64 {
	all := map[string]int64{}
	for id, n := range c.n {
		if n > 0 {
			all[c.Path(id)] += n
		}
	}
	return all
}

func TestAPlaceWithManySegmentsHasOneName(t *testing.T) {
	c := newCounting()
	var ids []int
	for i := range 3000 {
		ids = append(ids, c.see(fmt.Sprintf("/blog/%s-news/comments", strings.Repeat("x", i%20+1)+string(rune('a'+i%26))+string(rune('a'+i/26%26)))))
	}
	for range 10 {
		c.see("/health")
	}
	c.Finish()
	if got := c.classes(); len(got) != 2 || got["/blog/{name}/comments"] != 3000 || got["/health"] != 10 {
		t.Errorf("classes are %v", got)
	}
	for _, id := range ids {
		if c.Now(id) != c.Now(ids[0]) {
			t.Fatalf("class %d is still %s", id, c.Path(id))
		}
	}
}

func TestWhatHardlyOccursHasNoName(t *testing.T) {
	c := newCounting()
	for range 20 {
		c.see("/users/list")
	}
	for range Rare - 1 {
		c.see("/users/annabel")
	}
	c.see("/users/bert/photo")
	c.n = append(c.n, 0)
	c.n[c.Route([]byte("/reports/{year}"))]++
	c.Finish()
	if got := c.classes(); got["/users/{name}"] != Rare-1 || got["/users/list"] != 20 || got["/users/{name}/{name}"] != 1 || got["/reports/{year}"] != 1 || len(got) != 4 {
		t.Errorf("classes are %v", got)
	}
}

// Whatever is asked for, nothing gets lost and the memory has a bound.
func FuzzTheTreeLosesNothing(f *testing.F) {
	f.Add("/a/b\n/a/c\n/a//\n//\n/{name}/x\n/{id}\n{rest}")
	f.Add(strings.Repeat("/x/", 50) + "\n%%%\n/\x00/é")
	f.Fuzz(func(t *testing.T, paths string) {
		c := newCounting()
		total := int64(0)
		for path := range strings.SplitSeq(paths, "\n") {
			for _, prefix := range []string{"", "/p/"} {
				c.see(prefix + path)
				total++
			}
		}
		c.Finish()
		sum := int64(0)
		for _, n := range c.classes() {
			sum += n
		}
		if sum != total || c.live > mostNodes+2 {
			t.Errorf("%d of %d requests in %d nodes", sum, total, c.live)
		}
	})
}

func TestAFloodOfPathsHasABound(t *testing.T) {
	c := newCounting()
	word := func(n int) string {
		return string([]byte{byte('a' + n%26), byte('a' + n/26%26), byte('a' + n/676%26)})
	}
	for i := range 60_000 {
		c.see("/" + word(i%90) + "/" + word(i*7%8000) + "/" + word(i*13%17000))
	}
	if c.live > mostNodes+mostChildren || len(c.ids) > 40_000 {
		t.Errorf("%d nodes, %d classes", c.live, len(c.ids))
	}
	c.Finish()
	sum := int64(0)
	for _, n := range c.classes() {
		sum += n
	}
	if sum != 60_000 {
		t.Errorf("%d of 60000 requests are in a class", sum)
	}
}

// One client may ask for a name as often as it likes: it is not written, unless the log says
// of too few clients.
func TestNamesOfFewClientsAreNotWritten(t *testing.T) {
	classes := func(clients int) map[string]int64 {
		c := newCounting()
		for i := range 50 {
			for _, path := range []string{"/health", "/u/ada-lovelace"} {
				client := []byte("192.0.2.1")
				if path == "/health" {
					client = fmt.Appendf(nil, "192.0.2.%d", i%clients+1)
				}
				id := c.Class([]byte(path), client)
				for len(c.n) <= id {
					c.n = append(c.n, 0)
				}
				c.n[c.Now(id)]++
			}
		}
		c.Finish()
		return c.classes()
	}
	if got := classes(20); got["/health"] != 50 || got["/{name}/{name}"] != 50 {
		t.Errorf("of 20 clients: %v", got)
	}
	if got := classes(1); got["/health"] != 50 || got["/u/ada-lovelace"] != 50 {
		t.Errorf("of one client: %v", got)
	}
}
