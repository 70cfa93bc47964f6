package doors

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"tollgate/targets/lab/identity"
)

// A UserPool is whom the lab's token endpoint and its user pool know.
type UserPool struct {
	TokenLife   Duration          `json:"token_life,omitempty"`   // of access and ID tokens; default an hour
	RefreshLife Duration          `json:"refresh_life,omitempty"` // of refresh tokens; default 30 days
	Clients     []identity.Client `json:"clients,omitempty"`      // none: lab-service and lab-app
	Users       []identity.User   `json:"users,omitempty"`        // none: ada
}

// How long tokens live by default. Source: Amazon Cognito user pools API reference,
// "CreateUserPoolClient".
const (
	defaultTokenLife   = Duration(time.Hour)
	defaultRefreshLife = Duration(30 * 24 * time.Hour)
)

// What the lab knows where nothing else is said. As its access key, it opens nothing but
// a lab.
var (
	labClients = []identity.Client{
		{ID: "lab-service", Secret: "open-to-all-in-the-lab", Scopes: []string{"lab/read", "lab/write"}},
		{ID: "lab-app"},
	}
	labUsers      = []identity.User{{Name: "ada", Email: "ada@lab.invalid", Password: "open-to-all-in-the-lab"}}
	labSecrets    = map[string]string{"lab/service": `{"client_secret": "open-to-all-in-the-lab", "password": "open-to-all-in-the-lab"}`}
	labParameters = map[string]string{"/lab/client-secret": "open-to-all-in-the-lab"}
)

func (u *UserPool) filled() *UserPool {
	p := *or(u, UserPool{})
	p.TokenLife = cmp.Or(p.TokenLife, defaultTokenLife)
	p.RefreshLife = cmp.Or(p.RefreshLife, defaultRefreshLife)
	if len(p.Clients) == 0 {
		p.Clients = labClients
	}
	if len(p.Users) == 0 {
		p.Users = labUsers
	}
	return &p
}

func (u UserPool) check(at string, p *problems) {
	const longest = 10 * 365 * 24 * time.Hour // of a refresh token at Cognito
	p.between(at+".token_life", u.TokenLife, time.Second, 24*time.Hour)
	p.between(at+".refresh_life", u.RefreshLife, time.Second, longest)
	seen := map[string]bool{}
	for i, c := range u.Clients {
		here := fmt.Sprintf("%s.clients[%d]", at, i)
		checkOnce(here+".id", c.ID, seen, p)
		if len(c.Scopes) > 0 && c.Secret == "" {
			p.add("%s.scopes: client credentials need a client with a secret: give it one, or leave scopes out", here)
		}
		for _, flow := range c.Flows {
			p.oneOf(here+".flows", flow, identity.Flows()...)
		}
	}
	seen = map[string]bool{}
	for i, one := range u.Users {
		here := fmt.Sprintf("%s.users[%d]", at, i)
		checkOnce(here+".name", one.Name, seen, p)
		if one.Email != "" {
			checkOnce(here+".email", one.Email, seen, p)
		}
		if one.Password == "" {
			p.add("%s.password: a user needs one", here)
		}
		p.oneOf(here+".status", one.Status, identity.Statuses()...)
	}
}

// checkOnce reports a name that is empty, or another's already.
func checkOnce(at, name string, seen map[string]bool, p *problems) {
	if name == "" || seen[name] {
		p.add("%s: %q must be a name that no other has", at, name)
	}
	seen[name] = true
}

// issuer is the pool at work.
func (u UserPool) issuer(now func() time.Time) *identity.Issuer {
	return identity.New(identity.Config{
		TokenLife: time.Duration(u.TokenLife), RefreshLife: time.Duration(u.RefreshLife), Clients: u.Clients, Users: u.Users,
	}, now)
}

// masked is u with masks in place of the secrets that are not the lab's own.
func (u *UserPool) masked() *UserPool {
	if u == nil {
		return nil
	}
	r := *u
	r.Clients, r.Users = slices.Clone(u.Clients), slices.Clone(u.Users)
	for i := range r.Clients {
		r.Clients[i].Secret = maskUnlessOwn(r.Clients[i].Secret)
	}
	for i := range r.Users {
		r.Users[i].Password = maskUnlessOwn(r.Users[i].Password)
	}
	return &r
}

func maskUnlessOwn(secret string) string {
	if secret == "" || secret == labUsers[0].Password {
		return secret
	}
	return mask
}

// isMasked says whether a secret of the pool is a mask.
func (u *UserPool) isMasked() bool {
	return u != nil && (slices.ContainsFunc(u.Clients, func(c identity.Client) bool { return c.Secret == mask }) ||
		slices.ContainsFunc(u.Users, func(one identity.User) bool { return one.Password == mask }))
}

// maskStored are stored secrets with masks in place of the values that are not the lab's own.
func maskStored(stored, own map[string]string) map[string]string {
	open := make(map[string]string, len(stored))
	for name, value := range stored {
		if own[name] != value {
			value = mask
		}
		open[name] = value
	}
	return open
}
