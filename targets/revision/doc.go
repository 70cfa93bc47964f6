// Package revision checks revisions of a git repository out, apart from the user's own
// checkout, and builds them.
//
//  1. [Open] finds the repository and resolves two revisions; [Repository.Commits] are the
//     commits between them, oldest first, along first parents: a merge counts as one
//     change, which is what was merged at once.
//  2. [Repository.Tree] makes a temporary worktree of a commit and runs the build command in
//     it. A build that fails is a [BuildError]: the commit is skipped, and the end of its
//     output says why.
//  3. [Repository.Close] removes the worktrees. Should Tollgate be killed, "git worktree
//     prune" forgets them.
//
// # What is left alone
//
// The user's checkout, index and branches are never written to: every command of git is
// one that reads, or "worktree add --detach" and "worktree remove" on a temporary folder.
// Hooks are not run (core.hooksPath), nor a file system monitor. The variables by which git
// finds a repository are not passed on, since a bisection may run in a hook. Submodules are
// not checked out; a build command may do that.
//
// # Why
//
// A worktree, and not git archive: builds ask git for versions. The git program, and not a
// library: filters, sparse checkouts and credentials are then those of the user.
package revision
