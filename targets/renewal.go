package targets

// RenewalVariable is the variable in a function's environment by whose change
// Tollgate has Lambda retire the function's execution environments.
const RenewalVariable = "TOLLGATE_RENEWED"
