package control

import "tollgate/targets/lab/aws/protocol"

// Caller is who signs with the keys of the lab.
const Caller = "arn:aws:iam::" + Account + ":user/lab"

// NewSTS says who signed a request. It asks for no permission, as at AWS.
// Source: AWS Security Token Service API reference, "GetCallerIdentity".
func NewSTS() *protocol.Service {
	return &protocol.Service{
		Name: "STS", Shapes: "com.amazonaws.sts",
		Query: protocol.Query{Version: "2011-06-15", XML: "https://sts.amazonaws.com/doc/2011-06-15/"},
		Operations: map[string]protocol.Operation{
			"GetCallerIdentity": func(protocol.Form) (protocol.Object, error) {
				return protocol.Object{"Account": Account, "Arn": Caller, "UserId": "AIDATOLLGATELAB00000"}, nil
			},
		},
	}
}
