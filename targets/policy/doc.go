// Package policy reads and evaluates resource policies of REST APIs, as AWS has them: JSON
// documents in the language of IAM, which say who may invoke which methods from where.
//
// # The design
//
// [Parse] reads the very document that stands at AWS. What is not modelled is an error with
// its place: a condition that was ignored would let in whom it keeps out. [Policy.Evaluate] is a
// pure function of the policy and of a [Call].
//
// Modelled are Allow and Deny, principals, actions and resources with wildcards, and the
// conditions IpAddress, StringEquals, StringLike and Bool, their negations, and IfExists.
//
// Sources: IAM user guide, "Policy evaluation logic" (an explicit deny wins, then an allow,
// else an implicit deny), "Condition operators" (values of a key are alternatives; a missing
// key makes an operator false and its negation true, and IfExists true); API Gateway developer
// guide, "Controlling access to a REST API with API Gateway resource policies" (the short form
// execute-api:/stage/METHOD/path, and the keys) and "How API Gateway resource policies affect
// authorization workflow".
//
// # Rejected
//
// A language of our own with lists of addresses. It would be shorter, and prove nothing about
// the policy that is deployed.
package policy
