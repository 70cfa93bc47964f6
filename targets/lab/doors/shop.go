package doors

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"tollgate/targets/lab/aws/s3"
	"tollgate/targets/lab/identity"
)

// A shop is the part of the sample application that remembers: items that are made, read
// and deleted, users and orders that are listed and changed as well, a catalogue in pages,
// addresses for uploads, and a login whose token GET /me asks for. Each front door's
// function has one, as it would have a table of its own.
//
//	POST /login                           {"access_token": "…", "expires_in": 3600}
//	GET /me                               needs that token
//	POST /items, GET and DELETE /items/ID {"id": "…"}
//	GET and POST /users, /orders          a list as of the catalogue; 1 to 1000 are there
//	GET, PUT, PATCH, DELETE /users/ID     {"id": "1", "name": "User 1", …}; orders likewise
//	GET /catalogue?limit=20&cursor=20     {"items": […], "next": "40"}; next is null at the end
//	POST /uploads                         {"url": "…", "expires_in": 300}
//	GET /events?n=20&first=100ms&gap=50ms an event stream, see eventScript
//
// The address that the last one gives is at a bucket, another host than the front door, and
// is presigned for one object.
//
// It holds the latest items only, so that a long load does not fill the memory.
type shop struct {
	issuer  *identity.Issuer
	expired atomic.Int64 // calls that the application refused for a token that had expired

	items, users, orders *collection

	objects *s3.Bucket // for uploads; nil: there is none
	folder  string     // in that

	mu    sync.Mutex
	truth ShopTruth
}

// ShopTruth is what really happened in the application behind a door.
type ShopTruth struct {
	Tokens  int64 `json:"tokens_issued"`
	Calls   int64 `json:"calls_allowed"` // GET /me with a token
	Refused int64 `json:"calls_refused"` // by the application; an authorizer's are in refused
	Created int64 `json:"items_created"`
	Read    int64 `json:"items_read"`
	Deleted int64 `json:"items_deleted"`
	Pages   int64 `json:"pages"`
	Signed  int64 `json:"uploads_signed"`
	Objects int64 `json:"objects_put"`

	Users  CollectionTruth `json:"users,omitzero"`
	Orders CollectionTruth `json:"orders,omitzero"`
}

const (
	catalogueSize = 95
	uploadLife    = 5 * time.Minute
)

func newShop(issuer *identity.Issuer) *shop {
	return &shop{issuer: issuer, items: newItems(), users: newUsers(), orders: newOrders()}
}

// A call is what the application is asked.
type call struct {
	method, path  string
	query         func() url.Values
	authorization string
	body          []byte
	at            time.Time
}

// shopRoutes are those of an API in front of it.
var shopRoutes = slices.Concat(newItems().routes(), newUsers().routes(), newOrders().routes(), []Route{
	{Method: http.MethodPost, Path: "/login"},
	{Method: http.MethodGet, Path: "/me", Authorizer: &Authorizer{Type: loginAuthorizer}},
	{Method: http.MethodGet, Path: "/catalogue"},
	{Method: http.MethodPost, Path: "/uploads"},
	{Method: http.MethodGet, Path: "/events"},
})

// answer is what the whole application answers. Without a shop it remembers nothing.
func (s *shop) answer(c call) *response {
	if s == nil {
		return application(c.method, c.path, c.body)
	}
	name, id, _ := strings.Cut(strings.TrimPrefix(c.path, "/"), "/")
	for _, stored := range []*collection{s.items, s.users, s.orders} {
		if "/"+name == stored.path {
			if r := stored.answer(c, id); r != nil {
				return r
			}
		}
	}
	if script, wrong := scriptOf(c.method, c.path, c.query); wrong != nil {
		return wrong
	} else if script != nil {
		return script.response()
	}
	switch what := c.method + " " + name; {
	case what == "POST login" && id == "":
		return s.login(c)
	case what == "GET me" && id == "":
		return s.me(c)
	case what == "GET catalogue" && id == "":
		return s.page(c.query())
	case what == "POST uploads" && id == "" && s.objects != nil:
		return s.sign(c.at)
	}
	return application(c.method, c.path, c.body)
}

func answered(status int, body any) *response {
	text, _ := json.Marshal(body) // plain values
	return newResponse(status, jsonType, string(text))
}

func failed(status int, why string) *response {
	return answered(status, map[string]string{"error": why})
}

func (s *shop) count(change func(*ShopTruth)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.truth)
}

func (s *shop) login(c call) *response {
	var who struct{ User, Password string }
	if json.Unmarshal(c.body, &who) != nil || who.User == "" || who.Password == "" {
		return failed(http.StatusBadRequest, "the body must be JSON with user and password")
	}
	token, life, err := s.issuer.Login(who.User, c.at)
	if err != nil {
		return failed(http.StatusInternalServerError, "no token could be made")
	}
	s.count(func(t *ShopTruth) { t.Tokens++ })
	return answered(http.StatusOK, map[string]any{"access_token": token, "token_type": "Bearer", "expires_in": int(life.Seconds())})
}

// me is behind an authorizer at an API; elsewhere the application verifies by itself.
func (s *shop) me(c call) *response {
	said, err := s.issuer.Verify(strings.TrimPrefix(c.authorization, "Bearer "), nil, c.at)
	if err != nil {
		if errors.Is(err, identity.ErrExpired) {
			s.expired.Add(1)
		}
		s.count(func(t *ShopTruth) { t.Refused++ })
		return failed(http.StatusUnauthorized, err.Error())
	}
	s.count(func(t *ShopTruth) { t.Calls++ })
	return answered(http.StatusOK, map[string]string{"user": said.Subject})
}

// page is one of the catalogue's, which never changes.
func (s *shop) page(query url.Values) *response {
	limit, from, wrong := pageOf(query)
	if wrong != nil {
		return wrong
	}
	s.count(func(t *ShopTruth) { t.Pages++ })
	items := []string{}
	for i := from; i < min(from+limit, catalogueSize); i++ {
		items = append(items, fmt.Sprintf("product-%d", i+1))
	}
	var next any
	if from+limit < catalogueSize {
		next = strconv.Itoa(from + limit)
	}
	return answered(http.StatusOK, map[string]any{"items": items, "next": next})
}

// sign gives the address for one upload.
func (s *shop) sign(now time.Time) *response {
	s.mu.Lock()
	s.truth.Signed++
	key := fmt.Sprintf("%s/u%d", s.folder, s.truth.Signed)
	s.mu.Unlock()
	return answered(http.StatusCreated, map[string]any{"url": s.objects.Presign(key, now, uploadLife), "expires_in": int(uploadLife.Seconds())})
}

// seen is what has happened so far; nil where nothing of it has.
func (s *shop) seen() *ShopTruth {
	if s == nil {
		return nil
	}
	s.mu.Lock()
	t := s.truth
	s.mu.Unlock()
	items := s.items.counted()
	t.Created, t.Read, t.Deleted = items.Created, items.Read, items.Deleted
	t.Users, t.Orders = s.users.counted(), s.orders.counted()
	if t == (ShopTruth{}) {
		return nil
	}
	if s.objects != nil {
		t.Objects = s.objects.Put(s.folder)
	}
	return &t
}

// outdated is how many calls it refused for a token that had expired.
func (s *shop) outdated() int64 {
	if s == nil {
		return 0
	}
	return s.expired.Load()
}
