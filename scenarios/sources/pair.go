package sources

import (
	"errors"
	"fmt"
	"strings"

	"tollgate/pricing/document"
)

// The names of the targets of a pair. The base is the first, so that the head is compared
// with it.
const (
	Base = "base"
	Head = "head"
)

// Pair makes a scenario of one request at two addresses, that of r and base, which take
// turns. Where their paths differ, as in /v1/items and /v2/items, the parts that differ
// belong to the targets, and the request has the rest.
func (r Request) Pair(base string, env func(string) (string, bool)) (*Made, error) {
	made := &Made{Values: map[string]string{}}
	head, err := r.maker(env, made)
	if err != nil {
		return nil, fmt.Errorf("--head: %w", err)
	}
	r.Address = base
	other, err := r.maker(env, made)
	if err != nil {
		return nil, fmt.Errorf("--base: %w", err)
	}
	if head.User != other.User {
		return nil, errors.New("the addresses have different users: both receive the same request, so write --user name:password")
	}
	if err := sharePath(other, head); err != nil {
		return nil, err
	}
	request, err := head.request()
	if err != nil {
		return nil, err
	}
	other.bearer = head.bearer
	return head.scenario("The same request at two targets, made by tollgate ab.", document.Pairs(Base, other.target(), Head, head.target()), request)
}

// sharePath leaves the common end of two paths to the request.
func sharePath(a, b *maker) error {
	pathA, queryA, _ := strings.Cut(a.belowStage(a.path), "?")
	pathB, queryB, _ := strings.Cut(b.belowStage(b.path), "?")
	if queryA != queryB {
		return errors.New("the addresses have different queries: both receive the same request, so only hosts and paths may differ")
	}
	common := len(pathA)
	for from := range len(pathA) {
		if pathA[from] == '/' && strings.HasSuffix(pathB, pathA[from:]) {
			common = from
			break
		}
	}
	shared := pathA[common:]
	a.prefix, b.prefix = pathA[:common], strings.TrimSuffix(pathB, shared)
	if shared == "" {
		shared = "/"
	}
	if strings.Contains(a.prefix+b.prefix, "${") {
		return errors.New("a part of the path that differs holds a reference: write such a scenario yourself, with two targets")
	}
	if queryA != "" {
		shared += "?" + queryA
	}
	if stage := b.stage(); stage != "" { // request takes it off again
		shared = "/" + stage + shared
	}
	b.path = shared
	return nil
}
