// Package doctor examines what a scenario needs before it runs: the machine, the AWS account,
// the targets. Each finding says what is so, and what to do about it.
//
// # The design
//
//  1. An [Exam] has a scenario with its plan, its targets with their addresses, and what only
//     the program can do: try the requests, and read what was calibrated.
//  2. [Checks] is the table of checks, in the order in which they run. A check is a file and a
//     line in it. It reports a [Finding] for everything that it looked at, also for what is
//     well: somebody who reads the list sees what was examined.
//  3. [Needs] is the table of permissions: which feature of this program asks for which action,
//     on which resource, and what is missing without it. The check of permissions tries each
//     once with as small a question as can be, [Exam.Policy] prints the policy that allows these
//     alone, and the README's list is made of it by a test.
//  4. A [Report] sums up, as text ([Report.Write]) or as JSON ([Schema]).
//
// # States
//
// A problem is what makes a run fail, or keeps it from being checked against AWS's own counts. A
// warning is what makes it less than it could be. What cannot be told is said to be so, and what
// would tell it. What a scenario does not need is not examined.
//
// # Why
//
//   - A permission is tried and not simulated: iam:SimulatePrincipalPolicy is itself a permission
//     that few have, and knows neither the policies of an organisation nor boundaries in full.
//   - A change of a function is tried with the revision of none, which Lambda refuses after it
//     has decided whether it would be allowed. To empty a cache cannot be tried without doing it:
//     that it cannot be told is said.
//   - Quotas are read from API Gateway (GetAccount) and Lambda (GetAccountSettings) themselves: the
//     throttle of the account, and its concurrency.
//     Rejected: Service Quotas, a further client and permission for the same numbers.
//   - Names that CloudWatch does not list are a problem only where the account says that they are
//     wrong, or one comes near that is listed: what was not used for two weeks is not listed.
//   - One check follows the other. Rejected: all at once. It would save seconds, and a person who
//     watches would not see which of them takes long.
package doctor
