package store

import (
	"encoding/json"
	"errors"
	"path"
	"strings"
)

// Policy is the least IAM policy with which the members of a fleet, and those who start and
// merge it, may use the bucket of an address. The region matters for its partition only.
// Objects in a bucket that encrypts by a KMS key of the customer need kms:GenerateDataKey and
// kms:Decrypt for that key besides. Source: Service Authorization Reference, "Actions,
// resources, and condition keys for Amazon S3"; Amazon S3 user guide, "Required permissions
// for Amazon S3 API operations": a conditional PUT needs s3:PutObject only, and a GET of an object that
// does not exist is answered 404 only if s3:ListBucket is allowed, and 403 otherwise.
func Policy(address, region string) (string, error) {
	bucket, prefix, err := InBucket(address)
	if err != nil {
		return "", err
	}
	if bucket == "" {
		return "", errors.New("--store: only a bucket has a policy: s3://BUCKET/PREFIX")
	}
	type statement struct {
		Sid       string
		Effect    string
		Action    []string
		Resource  string
		Condition map[string]map[string]string `json:",omitempty"`
	}
	arn := "arn:" + partition(region) + ":s3:::" + bucket
	list := statement{Sid: "ListTheFleet", Effect: "Allow", Action: []string{"s3:ListBucket"}, Resource: arn}
	if prefix != "" {
		list.Condition = map[string]map[string]string{"StringLike": {"s3:prefix": prefix + "/*"}}
	}
	text, err := json.MarshalIndent(struct {
		Version   string
		Statement []statement
	}{"2012-10-17", []statement{
		{Sid: "ReadAndWriteTheFleet", Effect: "Allow", Action: []string{"s3:GetObject", "s3:PutObject"}, Resource: arn + "/" + path.Join(prefix, "*")},
		list,
	}}, "", "  ")
	return string(text) + "\n", err
}

// partition is that of a region. Source: AWS General Reference, "Amazon Resource Names".
func partition(region string) string {
	switch {
	case strings.HasPrefix(region, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(region, "us-gov-"):
		return "aws-us-gov"
	}
	return "aws"
}
