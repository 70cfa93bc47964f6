package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"tollgate/targets"
	"tollgate/targets/aws"
)

// ofStack is how a side of ab names an output of a CloudFormation stack.
const ofStack = "stack:"

// addressed puts their addresses in the place of the sides that name outputs of stacks.
// The names are checked before AWS is asked.
func (a *abFlags) addressed(ctx context.Context, sides *[2]string) error {
	named, err := a.stacks(*sides)
	if err != nil {
		return usage(err)
	}
	var account *aws.Account
	for i, output := range named {
		if output == nil {
			continue
		}
		if account == nil {
			account, err = aws.Open(ctx, targets.Target{Region: a.region})
		}
		address := ""
		if err == nil {
			address, err = account.StackAddress(ctx, *output)
		}
		switch {
		case err != nil && ctx.Err() != nil:
			return coded{exitInterrupted, err}
		case err != nil:
			return fmt.Errorf("%s: %w", sides[i], err)
		}
		sides[i] = address
	}
	return nil
}

// stacks are the sides that name outputs of stacks; nil for the others.
func (a *abFlags) stacks(sides [2]string) (named [2]*aws.StackOutput, err error) {
	for i, side := range sides {
		text, is := strings.CutPrefix(side, ofStack)
		switch {
		case !is:
			continue
		case a.function:
			return named, fmt.Errorf("%s: a stack has an address, and an address is no function: leave --function out, or name a command", side)
		case sides[1-i] == "":
			return named, errors.New(bothSides)
		}
		output, err := aws.ParseStackOutput(text)
		if err != nil {
			return named, fmt.Errorf("%s: %w", side, err)
		}
		named[i] = &output
	}
	return named, nil
}
