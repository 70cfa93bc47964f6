package targets

// An Access is by which credentials AWS is asked about a target: CloudWatch's metrics, the
// log of its function, its settings. It has nothing to do with how requests are signed
// (Auth). The zero value is the default chain of the AWS SDK.
type Access struct {
	Profile    string // of the shared configuration; "": that of Auth.IAM, or the default
	Role       string // ARN of a role to assume with it, such as one of another account; "": none
	ExternalID string // that the role's trust policy asks for; "": it asks for none
}
