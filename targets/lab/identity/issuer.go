package identity

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/hex"
	"encoding/json"
	"maps"
	"net/http"
	"sync"
	"time"
)

const (
	issuerName = "https://login.lab.invalid"
	keyID      = "lab"
)

// A Config says whom an [Issuer] knows.
type Config struct {
	TokenLife   time.Duration // of access and ID tokens
	RefreshLife time.Duration // of refresh tokens
	Clients     []Client
	Users       []User
}

// A Client is an app client of the user pool.
type Client struct {
	ID     string   `json:"id"`
	Secret string   `json:"secret,omitempty"` // none: a public client
	Scopes []string `json:"scopes,omitempty"` // that client credentials may ask for; none: it may not use them
	Flows  []string `json:"flows,omitempty"`  // of InitiateAuth; none: all that are played
}

// A User is one of the user pool.
type User struct {
	Name     string `json:"name"`
	Email    string `json:"email,omitempty"` // an alias: the user may sign in with it as well
	Password string `json:"password"`
	Status   string `json:"status,omitempty"` // default CONFIRMED
}

// The kinds of tokens that a [Truth] counts.
const (
	byClientCredentials = "client_credentials"
	byPassword          = "password"
	byRefresh           = "refresh"
)

// A Truth is what an [Issuer] really issued and refused.
type Truth struct {
	Issued  map[string]int64 `json:"issued"`            // client_credentials, password, refresh
	Refused map[string]int64 `json:"refused,omitempty"` // by the error's name
}

// An Issuer issues tokens and verifies them. It may be used by any number of goroutines.
type Issuer struct {
	config Config
	now    func() time.Time
	key    func() (*rsa.PrivateKey, error)

	mu       sync.Mutex
	sessions sessions
	truth    Truth
}

// New returns an Issuer. Its key is made when it is first needed.
func New(c Config, now func() time.Time) *Issuer {
	return &Issuer{
		config: c, now: now, key: sync.OnceValues(newKey),
		sessions: sessions{open: map[string]session{}},
		truth:    Truth{Issued: map[string]int64{}, Refused: map[string]int64{}},
	}
}

// Login issues the token of a user who has signed in to the sample application, and says
// how long it lives. The application counts it.
func (i *Issuer) Login(user string, at time.Time) (token string, life time.Duration, err error) {
	token, err = i.issue(at, map[string]any{"sub": user, "username": user, "token_use": "access"})
	return token, i.config.TokenLife, err
}

// Verify returns the claims of one of the issuer's tokens that is valid now. Without
// audiences any will do.
func (i *Issuer) Verify(token string, audience []string, now time.Time) (Claims, error) {
	key, err := i.key()
	if err != nil {
		return Claims{}, err
	}
	return Keys{keyID: &key.PublicKey}.Verify(token, issuerName, audience, now)
}

// Truth is what was issued and refused so far; nil where none was asked for.
func (i *Issuer) Truth() *Truth {
	i.mu.Lock()
	defer i.mu.Unlock()
	if len(i.truth.Issued)+len(i.truth.Refused) == 0 {
		return nil
	}
	return &Truth{maps.Clone(i.truth.Issued), maps.Clone(i.truth.Refused)}
}

// KeySet serves the public key as a JSON Web Key Set.
func (i *Issuer) KeySet(w http.ResponseWriter, _ *http.Request) {
	key, err := i.key()
	if err != nil {
		http.Error(w, "no key could be made", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(keySet(&key.PublicKey)) // fails when the client is gone
}

// issue makes a token with the given claims besides those that every token has.
func (i *Issuer) issue(at time.Time, claims map[string]any) (string, error) {
	key, err := i.key()
	if err != nil {
		return "", err
	}
	all := map[string]any{"iss": issuerName, "iat": at.Unix(), "exp": at.Add(i.config.TokenLife).Unix(), "jti": randomID()}
	maps.Copy(all, claims)
	return sign(key, all)
}

func (i *Issuer) count(of map[string]int64, what string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	of[what]++
}

func (i *Issuer) client(id string) (Client, bool) {
	for _, c := range i.config.Clients {
		if c.ID == id {
			return c, true
		}
	}
	return Client{}, false
}

// user finds a user by name or alias.
func (i *Issuer) user(name string) (User, bool) {
	for _, u := range i.config.Users {
		if name != "" && (u.Name == name || u.Email == name) {
			return u, true
		}
	}
	return User{}, false
}

func randomID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}
