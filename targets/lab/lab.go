package lab

import (
	"errors"
	"runtime/debug"

	"tollgate/targets"
	"tollgate/targets/lab/doors"
)

// The parts of a lab file. They stand in package doors, beside the stages that
// they configure.
type (
	AWS             = doors.AWS
	Alias           = doors.Alias
	Answer          = doors.Answer
	Answers         = doors.Answers
	Authorizer      = doors.Authorizer
	CORS            = doors.CORS
	Cache           = doors.Cache
	Canary          = doors.Canary
	Config          = doors.Config
	Credential      = doors.Credential
	Distribution    = doors.Distribution
	Domain          = doors.Domain
	DomainAt        = doors.DomainAt
	DoorConfig      = doors.DoorConfig
	Duration        = doors.Duration
	EdgeLocation    = doors.EdgeLocation
	Function        = doors.Function
	FunctionVersion = doors.FunctionVersion
	Guards          = doors.Guards
	Injection       = doors.Injection
	Integration     = doors.Integration
	Invalidation    = doors.Invalidation
	LogNormal       = doors.LogNormal
	Mapping         = doors.Mapping
	Megabytes       = doors.Megabytes
	MutualTLS       = doors.MutualTLS
	PerSecond       = doors.PerSecond
	Quota           = doors.Quota
	Role            = doors.Role
	Route           = doors.Route
	Rule            = doors.Rule
	Seconds         = doors.Seconds
	ServiceUse      = doors.ServiceUse
	SocketRoute     = doors.SocketRoute
	Sockets         = doors.Sockets
	TargetGroup     = doors.TargetGroup
	Throttle        = doors.Throttle
	Tracing         = doors.Tracing
	UsagePlan       = doors.UsagePlan
	UserPool        = doors.UserPool
	Validation      = doors.Validation
	WebFunction     = doors.WebFunction
)

// What a lab says of itself.
type (
	Door      = doors.Door
	DoorTruth = doors.DoorTruth
	ShopTruth = doors.ShopTruth

	EventTruth  = doors.EventTruth
	SocketTruth = doors.SocketTruth
	Truth       = doors.Truth
)

// Schema is the published JSON Schema of lab files.
func Schema() []byte { return doors.Schema() }

// ParseConfig reads a Config from a lab file, YAML or JSON, and checks it. The
// error holds everything that is wrong, each as a document.Problem with its
// place; notes are old spellings.
func ParseConfig(file string, data []byte) (c Config, notes, err error) {
	return doors.ParseConfig(file, data)
}

// A Lab serves front doors and an endpoint of AWS's services, on loopback unless its
// configuration says otherwise. It must be closed.
type Lab struct {
	*doors.Set
	endpoint string
}

// Start serves what c describes, and returns once every address is listening.
func Start(c Config) (*Lab, error) {
	set, err := doors.Start(c)
	if err != nil {
		return nil, err
	}
	l := &Lab{Set: set}
	if l.endpoint, err = set.Serve("the lab's CloudWatch endpoint", set.Config().Listen, l.control()); err != nil {
		return nil, errors.Join(err, set.Close())
	}
	return l, nil
}

// Opened is all that is needed to find the lab.
func (l *Lab) Opened() Opened {
	return Opened{Doors: l.Doors(), CloudWatch: l.CloudWatchURL(), Tokens: l.TokensURL(), Objects: l.ObjectsURL(), Truth: l.TruthURL(), Faults: l.FaultsURL(), CA: l.CAURL(), CAPEM: l.CA(), Region: l.Region(), Credentials: l.Config().Credentials[:1]}
}

// CloudWatchURL is the endpoint to give to an AWS SDK.
func (l *Lab) CloudWatchURL() string { return l.endpoint }

// FaultsURL is where faults are injected: POST an Injection or a list of
// them, GET those under way or to come, DELETE them all.
func (l *Lab) FaultsURL() string { return l.endpoint + faultsPath }

// CAURL is where the certificate of the lab's own test CA can be read as PEM.
func (l *Lab) CAURL() string { return l.endpoint + caPath }

// TokensURL is where tokens are issued by OAuth 2.
func (l *Lab) TokensURL() string { return l.endpoint + targets.LabTokenPath }

// TruthURL is where the truth can be read as JSON.
func (l *Lab) TruthURL() string { return l.endpoint + truthPath }

// TuneGC lets this process collect garbage seldom, for as long as it serves a lab
// and nothing else: a lab's heap is so small that Go would collect it every
// thousand requests. A lab whose caches grow is held by the memory limit, unless
// GOMEMLIMIT sets a lower one. The returned function restores what was set.
func TuneGC() (restore func()) {
	const percent, memory = 2000, 1 << 30
	before, limit := debug.SetGCPercent(percent), debug.SetMemoryLimit(-1)
	debug.SetMemoryLimit(min(limit, memory))
	return func() {
		debug.SetGCPercent(before)
		debug.SetMemoryLimit(limit)
	}
}
