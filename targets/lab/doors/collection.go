package doors

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
)

// A collection is what an application stores of one sort, such as its users. Some are there
// from the start. It holds the latest of the others only, so that a long load does not fill
// the memory.
type collection struct {
	path   string // "/users"
	prefix string // of ids
	listed bool   // GET of the path is a list in pages, PUT and PATCH change one
	first  int    // how many are there from the start
	sample func(number int) fields
	render func(id string, body []byte) ([]byte, error)

	mu     sync.Mutex
	bodies map[int][]byte // what was made or changed, as it is answered
	gone   map[int]bool   // of the first, those that were deleted
	oldest int            // that was made and may still be there
	last   int            // that was made
	truth  CollectionTruth
}

// CollectionTruth counts what really happened to users or orders.
type CollectionTruth struct {
	Created int64 `json:"created"`
	Pages   int64 `json:"pages"`
	Read    int64 `json:"read"`
	Changed int64 `json:"changed"`
	Deleted int64 `json:"deleted"`
}

const (
	mostItems    = 100_000
	largestItem  = 64 << 10
	firstRecords = 1_000
	mostPerPage  = 100
)

type fields = map[string]any

func newCollection(c *collection) *collection {
	c.bodies, c.gone, c.oldest, c.last = map[int][]byte{}, map[int]bool{}, c.first+1, c.first
	return c
}

// newItems are any JSON, found by their ids alone.
func newItems() *collection {
	return newCollection(&collection{path: "/items", prefix: "i", render: func(id string, body []byte) ([]byte, error) {
		if !json.Valid(body) {
			return nil, fmt.Errorf("an item is JSON of at most 64 KiB")
		}
		return json.Marshal(fields{"id": id, "item": json.RawMessage(body)})
	}})
}

// newRecords are objects, which are listed and changed as well.
func newRecords(path string, sample func(number int) fields) *collection {
	return newCollection(&collection{path: path, listed: true, first: firstRecords, sample: sample, render: func(id string, body []byte) ([]byte, error) {
		var object map[string]json.RawMessage
		if json.Unmarshal(body, &object) != nil || object == nil {
			return nil, fmt.Errorf("the body must be a JSON object of at most 64 KiB")
		}
		object["id"], _ = json.Marshal(id) // a string
		return json.Marshal(object)
	}})
}

func newUsers() *collection {
	return newRecords("/users", func(n int) fields {
		return fields{"name": fmt.Sprintf("User %d", n), "email": fmt.Sprintf("user%d@example.com", n)}
	})
}

func newOrders() *collection {
	return newRecords("/orders", func(n int) fields {
		return fields{"user_id": strconv.Itoa((n*7)%firstRecords + 1), "total": float64(n*13%10_000) / 100, "status": []string{"open", "paid", "shipped"}[n%3]}
	})
}

// routes are those of an API in front of it.
func (c *collection) routes() []Route {
	if !c.listed {
		return []Route{{Method: http.MethodPost, Path: c.path}, {Path: c.path + "/{id}"}}
	}
	return []Route{{Path: c.path}, {Path: c.path + "/{id}"}}
}

// answer answers what is asked of the path of c ("") or of the one with an id.
func (c *collection) answer(asked call, id string) *response {
	if id == "" {
		switch {
		case asked.method == http.MethodPost:
			return c.create(asked.body)
		case asked.method == http.MethodGet && c.listed:
			return c.page(asked.query())
		case c.listed:
			return failed(http.StatusMethodNotAllowed, "there is GET and POST")
		}
		return nil
	}
	switch asked.method {
	case http.MethodGet:
		return c.read(id)
	case http.MethodDelete:
		return c.delete(id)
	case http.MethodPut, http.MethodPatch:
		if c.listed {
			return c.change(id, asked)
		}
	}
	return failed(http.StatusMethodNotAllowed, map[bool]string{false: "there is GET and DELETE", true: "there is GET, PUT, PATCH and DELETE"}[c.listed])
}

func (c *collection) create(body []byte) *response {
	c.mu.Lock()
	defer c.mu.Unlock()
	id := c.id(c.last + 1)
	made, wrong := c.rendered(id, body)
	if wrong != nil {
		return wrong
	}
	c.last++
	c.truth.Created++
	c.bodies[c.last] = made
	for c.oldest < c.last && (c.last-c.oldest >= mostItems || c.bodies[c.oldest] == nil) {
		delete(c.bodies, c.oldest)
		c.oldest++
	}
	r := newResponse(http.StatusCreated, jsonType, string(made))
	if !c.listed {
		r = answered(http.StatusCreated, fields{"id": id})
	}
	r.extra = [][2]string{{"Location", c.path + "/" + id}}
	return r
}

func (c *collection) rendered(id string, body []byte) ([]byte, *response) {
	made, err := c.render(id, body)
	if len(body) > largestItem {
		err = fmt.Errorf("the body must have at most 64 KiB")
	}
	if err != nil {
		return nil, failed(http.StatusBadRequest, err.Error())
	}
	return made, nil
}

func (c *collection) read(id string) *response {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, body := c.find(id)
	if body == nil {
		return c.missing()
	}
	c.truth.Read++
	return newResponse(http.StatusOK, jsonType, string(body))
}

func (c *collection) delete(id string) *response {
	c.mu.Lock()
	defer c.mu.Unlock()
	number, body := c.find(id)
	if body == nil {
		return c.missing()
	}
	c.truth.Deleted++
	delete(c.bodies, number)
	if number <= c.first {
		c.gone[number] = true
	}
	return newResponse(http.StatusNoContent, jsonType, "")
}

// change replaces a record, or with PATCH the fields that the body has.
func (c *collection) change(id string, asked call) *response {
	c.mu.Lock()
	defer c.mu.Unlock()
	number, body := c.find(id)
	if body == nil {
		return c.missing()
	}
	made, wrong := c.rendered(id, asked.body)
	if wrong != nil {
		return wrong
	}
	if asked.method == http.MethodPatch {
		var before, after map[string]json.RawMessage
		_, _ = json.Unmarshal(body, &before), json.Unmarshal(made, &after) // both are ours
		maps.Copy(before, after)
		made, _ = json.Marshal(before) // of JSON
	}
	c.truth.Changed++
	c.bodies[number] = made
	return newResponse(http.StatusOK, jsonType, string(made))
}

func (c *collection) missing() *response {
	return failed(http.StatusNotFound, "there is no such "+strings.TrimSuffix(c.path[1:], "s"))
}

func (c *collection) id(number int) string { return c.prefix + strconv.Itoa(number) }

// find is what has an id; nil: nothing has.
func (c *collection) find(id string) (number int, body []byte) {
	digits, ours := strings.CutPrefix(id, c.prefix)
	number, err := strconv.Atoi(digits)
	if !ours || err != nil || c.id(number) != id {
		return 0, nil
	}
	return number, c.body(number)
}

func (c *collection) body(number int) []byte {
	body := c.bodies[number]
	if body == nil && number >= 1 && number <= c.first && !c.gone[number] {
		sample := c.sample(number)
		sample["id"] = c.id(number)
		body, _ = json.Marshal(sample) // plain values
	}
	return body
}

// page is a part of the list: limit records after the id in cursor.
func (c *collection) page(query url.Values) *response {
	limit, from, wrong := pageOf(query)
	if wrong != nil {
		return wrong
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.truth.Pages++
	items := []json.RawMessage{}
	for n := c.after(from); n <= c.last; n = c.after(n) {
		body := c.body(n)
		switch {
		case body == nil:
		case len(items) == limit:
			return answered(http.StatusOK, fields{"items": items, "next": strconv.Itoa(from)})
		default:
			items, from = append(items, body), n
		}
	}
	return answered(http.StatusOK, fields{"items": items, "next": nil})
}

// after is the number after n, without those that are gone to make room.
func (c *collection) after(n int) int {
	if n++; n > c.first {
		return max(n, c.oldest)
	}
	return n
}

// pageOf reads which part of a list is asked for.
func pageOf(query url.Values) (limit, from int, wrong *response) {
	limit = 20
	for name, n := range map[string]*int{"limit": &limit, "cursor": &from} {
		if text := query.Get(name); text != "" {
			var err error
			if *n, err = strconv.Atoi(text); err != nil || *n < 0 {
				return 0, 0, failed(http.StatusBadRequest, name+" is not a number")
			}
		}
	}
	if limit < 1 || limit > mostPerPage {
		return 0, 0, failed(http.StatusBadRequest, "limit must be from 1 to 100")
	}
	return limit, from, nil
}

func (c *collection) counted() CollectionTruth {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.truth
}
