package targets

// Keys are what requests to AWS's own services are signed with.
type Keys struct {
	ID     string
	Secret Secret
}

// LabKeys are the keys that a lab accepts which was told of no others. The lab
// serves loopback only: they keep nothing secret, but a client that does not
// sign, or signs wrongly, is told so as AWS would.
var LabKeys = Keys{ID: "AKIATOLLGATELAB00000", Secret: NewSecret("tollgate-lab-keeps-no-secrets")}
