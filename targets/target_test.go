package targets

import (
	"maps"
	"testing"
)

func TestFunctionsAreNamedInManyWays(t *testing.T) {
	const arn = "arn:aws:lambda:eu-central-1:123456789012:function:ml"
	for _, row := range []struct{ fact, said, name, qualifier string }{
		{"no name", "", "", ""},
		{"a name", "ml", "ml", ""},
		{"a name with an alias", "ml:live", "ml", "live"},
		{"a name with the unpublished version", "ml:$LATEST", "ml", "$LATEST"},
		{"a partial ARN", "123456789012:function:ml", "ml", ""},
		{"a partial ARN with an alias", "123456789012:function:ml:live", "ml", "live"},
		{"a partial ARN with a version", "123456789012:function:ml:7", "ml", "7"},
		{"the end of an ARN", "function:ml", "ml", ""},
		{"an ARN", arn, "ml", ""},
		{"an ARN with a version", arn + ":7", "ml", "7"},
		{"an ARN with the unpublished version", arn + ":$LATEST", "ml", "$LATEST"},
		{"an ARN of another partition", "arn:aws-us-gov:lambda:us-gov-west-1:123456789012:function:ml:live", "ml", "live"},
		{"a function that is called function", "function", "function", ""},
		{"an ARN of something else", "arn:aws:s3:::ml", "", ""},
		{"an ARN of a log group", "arn:aws:logs:eu-central-1:123456789012:log-group:/aws/lambda/ml", "", ""},
	} {
		t.Run(row.fact, func(t *testing.T) {
			target := Target{Function: Function{Name: row.said}}
			if name, qualifier := target.Function.Parts(); name != row.name || qualifier != row.qualifier {
				t.Errorf("%q is %q in %q, want %q in %q", row.said, qualifier, name, row.qualifier, row.name)
			}
			var want map[string]string
			switch {
			case row.qualifier != "":
				want = map[string]string{"FunctionName": row.name, "Resource": row.name + ":" + row.qualifier}
			case row.name != "":
				want = map[string]string{"FunctionName": row.name}
			}
			if got := functionDimensions(target); !maps.Equal(got, want) {
				t.Errorf("%q is counted under %v, want %v", row.said, got, want)
			}
		})
	}
}
