// Package stacks finds front doors in descriptions of infrastructure, and makes a
// [sources.Collection] of one: templates of CloudFormation and SAM, which CDK writes as
// well, plans of Terraform, and what is deployed. AWS is asked by targets/aws, which describes
// an API, a load balancer or a function as a template does; a stack has its own.
//
// # The design
//
//  1. A file becomes [resource] values under CloudFormation's names. Terraform's resources
//     are renamed by a table (see terraform.go), since both describe the same services.
//     What SAM abbreviates is read where it stands: events, globals, implicit APIs.
//  2. Of the resources one front door is chosen, the one with the most routes unless a
//     resource is named, with its routes, its function, limits, cache and keys. A scenario
//     sends all requests to each target, so the routes of two APIs are two scenarios.
//  3. Conditions and mappings are evaluated by the defaults of parameters, or by a stack's
//     own. What depends on parameters without defaults, on attributes of other resources or
//     on stacks within stacks is unknown. It is left out and named: a guess would become a
//     limit that is expected.
//  4. A template has no address. Its scenario runs at the lab, with the limits of the
//     template, and has the deployed target in a comment. With --url that is the target.
//     A stack has its address in an output, or it is made of the API's id.
//  5. A WebSocket API has routes for messages: its scenario sends one to each. A load balancer
//     has rules, of which those for one host are requests.
//
// # Why
//
// Discovery writes a template in place of a model of its own: what CloudFormation calls a
// thing is what the APIs call it, and one reader knows what it means for a scenario.
//
// Templates are read by pricing/document: it has lines, bounds and !Tags. Rejected:
// awslabs/goformation, which is archived, and whose thousands of generated types take a
// minute to compile; and to run SAM's transform, which needs an account or Python.
// hashicorp/terraform-json is not used either: of a plan three keys are read, and it
// keeps no lines.
package stacks
