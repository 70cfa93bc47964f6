// Package aws asks the AWS account that a target belongs to for what no
// response and no metric shows: the REPORT lines of invocations, the usage plans
// and the cache of a stage, the configuration of a function, what X-Ray recorded,
// the address that a CloudFormation stack deployed.
// The lab's endpoint is asked by the same code.
//
// # The design
//
//  1. A [Endpoint] is where a target's AWS services answer and who asks: AWS by the
//     SDK's default chain, or a lab by its address and its keys. Package
//     cloudwatch reads metrics at the same places.
//  2. [Open] gives an [Account], which has one method for each question.
//     [Account.Reports] asks Logs Insights; [Account.Plans] and
//     [Account.Stage] ask API Gateway; [Account.Renew] changes a function's
//     environment so that Lambda retires every execution environment of it, and
//     [Account.Restore] takes that change back; [Account.TraceIDs] and
//     [Account.Traces] ask X-Ray. [Account.StackAddress] asks CloudFormation, before there
//     is a target. [Account.APIName], [Account.FunctionName] and
//     [Account.Namesakes] hold the names in a scenario against the account; they
//     are for those who may ask, and say nothing to others. [Stored] reads a secret or a
//     parameter, [UserPools] signs in to Cognito. [Bucket] lists, reads and writes objects of S3.
//     [Account.DescribeStack], [Account.DescribeAPI], [Account.DescribeBalancer] and
//     [Account.DescribeFunction] describe what is deployed as a template of CloudFormation
//     does, however it was deployed.
//  3. What went wrong is an error with the way out, never with a secret: whether
//     something else answered in the service's place, nothing could be reached and
//     why, or the service refused (failure.go, trouble.go). What a second attempt
//     cannot change is not tried again, and no attempt waits for more than 20 s.
//  4. A function's log group stands in its configuration; where that may not be read
//     it is /aws/lambda/NAME. A group that does not exist is an error, and not a
//     function without cold starts.
//
// # Why
//
//   - Secrets Manager, Systems Manager and Cognito are asked by one operation each, in one
//     protocol (json.go), with the SDK's signer, retries and errors, and not by their
//     clients: the latter two took nine seconds each to compile, and Systems Manager's
//     added 1.3 MB.
//   - Amazon ECS is asked by five operations (tasks.go), and not by its client: they take and
//     give documents that are printed for the AWS CLI anyway.
//   - S3 is asked by two GETs, a HEAD and a PUT (objects.go, writeobjects.go), and not by its
//     client, the largest of all.
//   - API Gateway's second version and Elastic Load Balancing are asked by their clients:
//     eleven operations with nested answers in pages. They add 1.3 MB to the binary.
//   - A REST API is described as GetDeployment has it, and not as GetResources and exports of
//     the API have it: these show edits that no stage serves.
//   - One package for all services, and not one each: each is asked two questions
//     at most, and what they share (endpoint, keys, trouble) is more than what they
//     do not.
//   - A function is renewed by a variable of its environment and not by its
//     description: Lambda is documented to start new environments for a change
//     of the former. The variables that were there are sent back as they came,
//     guarded by the revision id.
//   - Of a trace the documents of the two Lambda segments are read, and not its
//     summary: only they say whether there was an INIT, and whether it began
//     because of this request.
//   - A stack whose last deployment is not complete has no address here, although
//     DescribeStacks still lists its outputs: another version than the one meant
//     would be measured.
//   - REPORT lines are read by Logs Insights and not by FilterLogEvents: the
//     former finds fields in both formats of log lines, and is what AWS bills
//     least for per line.
package aws
