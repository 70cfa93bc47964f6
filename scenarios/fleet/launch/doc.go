// Package launch starts the members of a fleet on machines that others run, and follows them:
// processes of this machine, pods of Kubernetes, tasks of Amazon ECS and jobs of AWS Batch.
//
//  1. A [Fleet] is what every platform needs: how many shards, where they meet, the scenario as
//     a [Bundle], and the arguments of run for each member.
//  2. [Kubernetes.Manifest], [Fargate.TaskParts] and [Fargate.JobParts] print it. They send
//     no request and start nothing.
//  3. A [Platform] starts what is printed, says of each [Member] whether it runs and if not
//     why, ends it and removes it: [Local], [Cluster] and [Tasks].
//  4. A [Watch] asks the store how far the shards are and the platform why some are not, until
//     all are done or no more can be.
//  5. [Shards] and [SizeFor] say how many members a load needs, by what calibrate measured, and
//     [FargatePrice] what they cost.
//
// The load itself never comes by here: members meet in the store (package fleet), so a fleet
// that this program started goes on when it ends, and one that something else started can be
// watched and merged.
//
// # Why
//
// Kubernetes is asked by kubectl, and not by client-go or plain REST. A kubeconfig names
// programs that fetch credentials (aws eks get-token, gke-gcloud-auth-plugin), proxies and
// certificates, all of which kubectl knows; those who have a cluster have kubectl, in the version
// that fits it. client-go would add more than the 3 MB that a package may. "kubectl create" is
// used, and not apply: a Job of the same name belongs to another run, and must not be changed.
//
// ECS is asked by five operations in the SDK's JSON protocol (targets/aws), and not by its
// client: the inputs are documents that the AWS CLI takes, and are printed as such anyway. Each
// shard is a RunTask of its own, since ECS gives tasks of one call no numbers. Batch is only
// printed: its queue starts jobs when it likes, which is for pipelines that wait.
//
// A scenario comes to pods in a ConfigMap, whose files can be read with kubectl; to ECS and Batch,
// which have no such thing, packed in an environment variable, which "tollgate fleet member"
// unpacks. Rejected: to put it into the bucket, since a manifest that is printed would then
// depend on an upload that may be forgotten. Private keys and ${file:} secrets are refused:
// a manifest is kept in repositories. Secrets come from where the platform keeps them, by name.
//
// Pods have a request for processors and no limit: a limit is enforced in periods of 100 ms,
// and a member that reached it would send late and call it latency. Pods of one run are spread
// over nodes as far as possible.
//
// A member that ended is started again only if it may still help: exit codes that say "wrong
// input", "refused", "invalid" or "failed" end its shard. One that has claimed its part of the
// load sends nothing when it is started again (package fleet), so a retry is never double load.
// podReplacementPolicy Failed starts none while another may still run; the price is that the
// shard of a node that is lost is not replaced until Kubernetes knows the pod to be gone. Before
// the start this shows at the barrier, and afterwards a replacement could not send anyway.
//
// Several regions ([InRegions]) are as many runs, each with all shards, the whole rate and a
// merge of its own. They differ in where they send from and in nothing else, so that edges and
// global claims are measured, and two of them can be compared like any runs. Rejected: one run with
// a rate that is divided among regions, whose percentiles would mix the ways to the target; and
// one barrier for all, for which the slowest image in the world would have all tasks wait. They
// start some seconds apart, which is reported. CloudWatch counts the requests of all regions together,
// so it is not read for any.
//
// # Measured
//
// On two nodes of Kubernetes 1.37.2 (make e2e-kubernetes) of one machine with two processors, which
// other programs kept busy, 2026-12-01. Four shards sent 100 requests a second to the lab:
//
//   - 1,000 requests in 10 s: the lab received 1,000 and the merged run has 1,000. The shards began
//     within 4.1 ms. From "fleet run" to the report it took 22.5 s.
//   - One member was killed before the start, while a fourth pod fitted on no node: the Job started
//     it again, and 1,000 requests of 1,000 were sent and merged.
//   - One member was killed during a load of 20 s: the lab received 1,637 of 2,000, the merged run has
//     1,500, those of the other three: what a member sends after its last upload, here within its first
//     ten seconds, is not known. The pod that took its place refused to send, since the shard was
//     claimed. The run named the shard and was invalid, exit code 96.
//   - A node with two of the members was lost during a load of 30 s: the lab received 1,745 of 3,000,
//     and the merged run has 1,500, those of the other node. The run named both shards and was
//     invalid, exit code 96. The pods that took their places, once the node was deleted, refused to
//     send.
//
// # Not known
//
// Manifests for ECS and Batch follow the API references, and were not run at AWS. That a volume
// without a source takes over the owner of the image's folder (VOLUME) is documented for ECS on
// Fargate and assumed for Batch.
package launch
