package aws

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/smithy-go"

	"tollgate/targets"
)

// Stored reads a secret that AWS keeps, or the lab where the target is at one.
func Stored(ctx context.Context, t targets.Target, at targets.Stored) (string, error) {
	e := StoredAt(EndpointOf(t), at)
	cfg, err := e.Config(ctx, nil)
	if err != nil {
		return "", fmt.Errorf("%s cannot be read: %w", at, err)
	}
	read, op, missing := readSecret, getSecretValue, "ResourceNotFoundException"
	if at.Parameter != "" {
		read, op, missing = readParameter, getParameter, "ParameterNotFound"
	}
	text, err := read(ctx, cfg, at)
	if api, is := errors.AsType[smithy.APIError](err); is && api.ErrorCode() == missing {
		e.Region = cfg.Region
		return "", fmt.Errorf("%s: %s has none of that name in this account: check the name and the region", at, e.at(op.action))
	}
	if err != nil {
		return "", trouble(err, "%s cannot be read: %s", at, e.Explain(err, op.action))
	}
	return field(at, text)
}

// StoredAt is where a secret is asked for: an ARN names its region.
func StoredAt(e Endpoint, at targets.Stored) Endpoint {
	if e.Lab {
		return e
	}
	if named, err := arn.Parse(at.Secret + at.Parameter); err == nil && named.Region != "" {
		e.Region = named.Region
	}
	if at.Region != "" {
		e.Region = at.Region
	}
	if at.Profile != "" {
		e.Profile, e.Role, e.ForRole = at.Profile, "", ""
	}
	return e
}

func readSecret(ctx context.Context, cfg aws.Config, at targets.Stored) (string, error) {
	var out struct{ SecretString string }
	err := getSecretValue.ask(ctx, cfg, map[string]any{"SecretId": at.Secret}, &out)
	return out.SecretString, err
}

func readParameter(ctx context.Context, cfg aws.Config, at targets.Stored) (string, error) {
	var out struct{ Parameter struct{ Value string } }
	err := getParameter.ask(ctx, cfg, map[string]any{"Name": at.Parameter, "WithDecryption": true}, &out)
	return out.Parameter.Value, err
}

// field is the secret in what is kept. Errors repeat nothing of it, not even the names of
// its fields.
func field(at targets.Stored, text string) (string, error) {
	text = strings.TrimSpace(text)
	var fields map[string]any
	isObject := json.Unmarshal([]byte(text), &fields) == nil
	switch {
	case text == "":
		return "", fmt.Errorf("%s has no text: it is empty or binary", at)
	case at.Key == "" && isObject:
		return "", fmt.Errorf("%s is a JSON object: name the field that is meant by the setting key", at)
	case at.Key == "":
		return text, nil
	case !isObject:
		return "", fmt.Errorf("%s: what is kept is no JSON object: leave key out", at)
	}
	value, is := fields[at.Key].(string)
	if !is || value == "" {
		return "", fmt.Errorf("%s: there is no such field with text", at)
	}
	return value, nil
}
