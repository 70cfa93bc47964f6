// Package secrets answers as AWS Secrets Manager and the Parameter Store of AWS Systems
// Manager do, as far as Tollgate asks: for one secret, or one parameter, by its name or
// its ARN.
//
// Values are those of a lab file. All parameters are SecureStrings: without
// WithDecryption the answer is a ciphertext that says nothing, as at AWS. Versions,
// stages and binary secrets are refused by name.
//
// Sources: AWS Secrets Manager API reference, "GetSecretValue"; AWS Systems Manager API
// reference, "GetParameter".
package secrets

import (
	"encoding/base64"
	"strings"
	"time"

	"tollgate/targets/lab/aws/protocol"
)

// A Store is what is kept, and where it is said to be.
type Store struct {
	Values          map[string]string // by name
	Region, Account string
	Made            time.Time
}

// SecretsManager serves a store as Secrets Manager does.
func (s Store) SecretsManager() *protocol.Service {
	return &protocol.Service{
		Name: "secretsmanager", Shapes: "com.amazonaws.secretsmanager", JSON: "1.1",
		Operations: map[string]protocol.Operation{"GetSecretValue": s.getSecretValue},
	}
}

func (s Store) getSecretValue(f protocol.Form) (protocol.Object, error) {
	id := f.NeedText("SecretId")
	for _, other := range []string{"VersionId", "VersionStage"} {
		if f.Text(other) != "" {
			f.Problem(other, "is not played: the lab keeps one version")
		}
	}
	if err := f.Err(); err != nil {
		return nil, protocol.Bad("InvalidRequestException", err.Error())
	}
	const suffix = "-aBcDeF" // AWS adds six characters to the names in ARNs
	prefix := "arn:aws:secretsmanager:" + s.Region + ":" + s.Account + ":secret:"
	name := strings.TrimSuffix(strings.TrimPrefix(id, prefix), suffix)
	value, known := s.Values[name]
	if !known {
		return nil, protocol.Bad("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
	}
	return protocol.Object{
		"ARN": prefix + name + suffix, "Name": name, "SecretString": value, "CreatedDate": protocol.Time{Time: s.Made},
		"VersionId": "00000000-0000-0000-0000-000000000001", "VersionStages": []any{"AWSCURRENT"},
	}, nil
}

// Parameters serves a store as Systems Manager does.
func (s Store) Parameters() *protocol.Service {
	return &protocol.Service{
		Name: "AmazonSSM", Shapes: "com.amazonaws.ssm", JSON: "1.1",
		Operations: map[string]protocol.Operation{"GetParameter": s.getParameter},
	}
}

func (s Store) getParameter(f protocol.Form) (protocol.Object, error) {
	id, decrypted := f.NeedText("Name"), f.Flag("WithDecryption", false)
	if err := f.Err(); err != nil {
		return nil, err
	}
	// A name that begins with a slash stands in the ARN without a second one.
	prefix := "arn:aws:ssm:" + s.Region + ":" + s.Account + ":parameter"
	name := id
	if rest, is := strings.CutPrefix(id, prefix); is {
		name = rest
		if _, known := s.Values[name]; !known {
			name = strings.TrimPrefix(rest, "/")
		}
	}
	value, known := s.Values[name]
	if !known {
		return nil, protocol.Bad("ParameterNotFound", "")
	}
	if !decrypted {
		value = base64.StdEncoding.EncodeToString([]byte("encrypted in the lab"))
	}
	return protocol.Object{"Parameter": protocol.Object{
		"ARN": prefix + "/" + strings.TrimPrefix(name, "/"), "Name": name, "Type": "SecureString", "DataType": "text",
		"Value": value, "Version": 1.0, "LastModifiedDate": protocol.Time{Time: s.Made},
	}}, nil
}
