package scenarios

import (
	"tollgate/pricing/document"
	"tollgate/targets"
)

// roleForm is the ARN of a role, which may have a path.
// Source: IAM user guide, "IAM identifiers".
var roleForm = document.Form(`^arn:aws[a-z-]*:iam::[0-9]{12}:role/[\x21-\x7e]{1,576}$`)

// externalIDForm are the external ids that STS takes, 2 to 1224 characters. A regular
// expression repeats at most 1000 times.
// Source: AWS Security Token Service API reference, "AssumeRole".
var externalIDForm = document.Form(`^[A-Za-z0-9_+=,.@:/-]{2,612}[A-Za-z0-9_+=,.@:/-]{0,612}$`)

// access reads by which credentials the account of a target is asked.
func access(v document.Value, t *targets.Target) (a targets.Access) {
	if v.Node == nil {
		return a
	}
	f := v.Fields("profile", "role", "external_id")
	a.Profile = f.Get("profile").Name()
	a.Role = f.Get("role").Matching(roleForm(), "is not the ARN of a role: write arn:aws:iam::ACCOUNT:role/NAME")
	a.ExternalID = f.Get("external_id").Matching(externalIDForm(), "is not an external id: 2 to 1224 letters, digits and characters of +=,.@:/-")
	switch {
	case t.Lab:
		v.Problem("the lab has no account: remove it, or give the target the address of a deployed front door")
	case t.Kind.Name != "" && !t.Kind.OnAWS():
		v.Problem("a target of kind %s is in no account of AWS: remove it", t.Kind.Name)
	case a.Profile == "" && a.Role == "" && !f.Has("profile") && !f.Has("role"):
		v.Problem("needs profile or role: {profile: observer} or {role: \"arn:aws:iam::123456789012:role/observer\"}")
	case a.ExternalID != "" && !f.Has("role"):
		f.Get("external_id").Problem("belongs to a role: add role")
	}
	return a
}
