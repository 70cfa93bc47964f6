package control

import (
	"net/http"
	"time"

	"tollgate/targets/lab/aws/protocol"
	"tollgate/targets/lab/aws/sigv4"
)

// Caller is who signs with the keys of the lab.
const Caller = "arn:aws:iam::" + Account + ":user/lab"

// A Role is one that callers may assume, with the keys that its sessions sign with: the same
// for all of them.
type Role struct {
	Name       string
	ExternalID string // that its trust policy asks for; "": none
	KeyID      string
	Secret     string
}

// ARN is what the role is called.
func (r Role) ARN() string { return RoleARN(r.Name) }

// RoleARN is what a role of the lab's account is called.
func RoleARN(name string) string { return "arn:aws:iam::" + Account + ":role/" + name }

// sessionLife is how long a session lasts unless a caller asks for another time.
// Source: AWS Security Token Service API reference, "AssumeRole", DurationSeconds.
const sessionLife = time.Hour

// An STS says who signed a request, and lets callers assume roles.
type STS struct {
	*protocol.Service                              // of the lab's user
	sessions          map[string]*protocol.Service // of roles, by access key
}

// NewSTS is the token service of an account with some roles. Who signed a request may be asked
// without a permission, as at AWS.
// Source: AWS Security Token Service API reference, "GetCallerIdentity" and "AssumeRole".
func NewSTS(now func() time.Time, roles ...Role) *STS {
	s := &STS{sts(now, Caller, "AIDATOLLGATELAB00000", roles), map[string]*protocol.Service{}}
	for _, r := range roles {
		s.sessions[r.KeyID] = sts(now, sessionARN(r.Name, "session"), "AROATOLLGATELAB00000:session", roles)
	}
	return s
}

// ServeHTTP answers a request as its caller's.
func (s *STS) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if of := s.sessions[sigv4.KeyID(r)]; of != nil {
		of.ServeHTTP(w, r)
		return
	}
	s.Service.ServeHTTP(w, r)
}

// sessionARN is what a session of a role is called. Sessions of one role share their keys, so
// that only their answers have the name of each.
func sessionARN(role, session string) string {
	return "arn:aws:sts::" + Account + ":assumed-role/" + role + "/" + session
}

func sts(now func() time.Time, caller, id string, roles []Role) *protocol.Service {
	return &protocol.Service{
		Name: "STS", Shapes: "com.amazonaws.sts",
		Query: protocol.Query{Version: "2011-06-15", XML: "https://sts.amazonaws.com/doc/2011-06-15/"},
		Operations: map[string]protocol.Operation{
			"GetCallerIdentity": func(protocol.Form) (protocol.Object, error) {
				return protocol.Object{"Account": Account, "Arn": caller, "UserId": id}, nil
			},
			"AssumeRole": func(f protocol.Form) (protocol.Object, error) {
				arn, session := f.NeedText("RoleArn"), f.NeedText("RoleSessionName")
				const shortest, longest = 900, 43_200
				life := f.Whole("DurationSeconds", shortest, longest, int64(sessionLife/time.Second))
				external := f.Text("ExternalId")
				if err := f.Err(); err != nil {
					return nil, err
				}
				for _, r := range roles {
					if r.ARN() == arn && (r.ExternalID == "" || r.ExternalID == external) {
						return r.session(session, now().Add(time.Duration(life)*time.Second)), nil
					}
				}
				// A role that there is not is refused as one that does not trust the caller.
				refusal := protocol.AccessDenied
				refusal.Status, refusal.Message = http.StatusForbidden, "User: "+caller+" is not authorized to perform: sts:AssumeRole on resource: "+arn
				return nil, refusal
			},
		},
	}
}

func (r Role) session(name string, until time.Time) protocol.Object {
	return protocol.Object{
		"Credentials": protocol.Object{
			"AccessKeyId": r.KeyID, "SecretAccessKey": r.Secret, "SessionToken": "tollgate-lab-session", "Expiration": protocol.Time{Time: until},
		},
		"AssumedRoleUser": protocol.Object{"Arn": sessionARN(r.Name, name), "AssumedRoleId": "AROATOLLGATELAB00000:" + name},
	}
}
