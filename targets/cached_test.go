package targets

import "testing"

func TestWhatXCacheSays(t *testing.T) {
	for _, row := range []struct {
		name   string
		method string
		lines  []string
		age    []string
		want   CacheAnswer
	}{
		{"a hit", "GET", []string{"Hit from cloudfront"}, []string{"3"}, CacheHit},
		{"a hit with an age that is none", "GET", []string{"Hit from cloudfront"}, []string{"-5"}, CacheHit},
		{"a hit of the origin shield", "GET", []string{"OriginShieldHit from cloudfront"}, nil, CacheHit},
		{"a miss", "HEAD", []string{"Miss from cloudfront"}, nil, CacheMiss},
		{"a method whose responses are not kept", "POST", []string{"Miss from cloudfront"}, nil, CachePassed},
		{"an error", "GET", []string{"Error from cloudfront"}, nil, CacheError},
		{"an error that was kept", "GET", []string{"Error from cloudfront"}, []string{"3"}, CacheKeptError},
		{"an error with an age that is none", "GET", []string{"Error from cloudfront"}, []string{"young"}, CacheError},
		{"an error with two ages", "GET", []string{"Error from cloudfront"}, []string{"3", "4"}, CacheError},
		{"a function at the edge", "GET", []string{"FunctionGeneratedResponse from cloudfront"}, nil, CacheEdge},
		{"no header", "GET", nil, nil, CacheUnknown},
		{"an empty one", "GET", []string{""}, nil, CacheUnknown},
		{"another cache's", "GET", []string{"HIT"}, nil, CacheUnknown},
		{"a word that is not known", "GET", []string{"<script> from cloudfront"}, nil, CacheUnknown},
		{"a list of two", "GET", []string{"Miss from cloudfront, Hit from cloudfront"}, nil, CacheUnknown},
		{"two lines that differ", "GET", []string{"Hit from cloudfront", "Miss from cloudfront"}, nil, CacheUnknown},
		{"the same line twice", "GET", []string{"Hit from cloudfront", "Hit from cloudfront"}, nil, CacheHit},
	} {
		if got := CloudFront.Cached.Answer(row.method, row.lines, row.age); got != row.want {
			t.Errorf("%s: %s, want %s", row.name, got, row.want)
		}
	}
}
