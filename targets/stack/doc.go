// Package stack has the reference stack: what to deploy to an AWS account so that every
// front door of a function can be measured there, and the function itself.
//
//  1. template.yaml describes it for CloudFormation, which SAM deploys as well, and main.tf
//     for Terraform and OpenTofu. Tests hold the second to the first, the first to the
//     published schemas of its resources, and the attributes of the second to the
//     provider's schema.
//  2. function is what stands behind all front doors, and bootstrap its program. [Archive] builds it for Lambda.
//  3. hour.yaml is a workload: what the stack costs in an hour, by tollgate price. attack.yaml is
//     one for its --worst: what strangers can make it cost.
//  4. lab.yaml is a lab file: the same front doors on this machine, with the same function
//     behind them, and a stack that "init --stack" reads.
//
// README.md is the way from an account to a number.
//
// # Why
//
// The program carries the texts, so that an installed binary has what fits it. The
// function's archive is not in it: two architectures would be 5 MB of a program of 24 MB,
// for one command that is typed once. Releases have the archives, and with Go installed
// [Archive] builds the same bytes from the source that the program carries. Its module
// (folder module) is not the program's: it needs two libraries, and not forty.
//
// One function stands behind all front doors, so that what differs is the front door:
// with a function for each, environments and their cold starts would differ too. One
// template, and no SAM abbreviations in it: SAM deploys plain CloudFormation, the reverse
// needs a transform.
//
// Left out: a Lambda Web Function. It runs on Node.js alone, so that the same code cannot
// stand behind it, and neither its price nor its regions have been published where we could
// read them. HTTPS at the load balancer, since a certificate needs a domain. Private REST
// APIs, mutual TLS and custom domains, for the same reason.
package stack
