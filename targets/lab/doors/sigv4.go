package doors

import (
	"errors"

	"tollgate/targets"
	"tollgate/targets/lab/aws/sigv4"
)

// A sigV4 authorizer verifies AWS's signatures as IAM does.
type sigV4 struct {
	keys    sigv4.Keys
	service string
}

func newSigV4(credentials []Credential, service string) *sigV4 {
	return &sigV4{keysOf(credentials), service}
}

func keysOf(credentials []Credential) sigv4.Keys {
	keys := sigv4.Keys{}
	for _, c := range credentials {
		keys[c.AccessKeyID] = c.SecretAccessKey
	}
	return keys
}

func (v *sigV4) authorize(x *exchange) targets.Fault {
	switch err := v.keys.Verify(x.request, x.content(), v.service, x.ready); {
	case err == nil:
		return ""
	case errors.Is(err, sigv4.ErrMissing):
		return faultUnproven
	default:
		return targets.FaultUnsigned
	}
}

// faultUnproven is what a request without a signature meets: a REST API takes
// it for one that has no route, see door.unproven.
const faultUnproven targets.Fault = "no signature"
