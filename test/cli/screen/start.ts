/** Stands before what each command prints. */
export const START = '=== next command ===';
