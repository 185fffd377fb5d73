/** Tags that Moor sets itself. Their names begin with `moor-`, which the names in a stack file must not. */

/** Says which stack made a resource. */
export const stackTag = "moor-stack";

/** Says what an autoscaled deployment was written with, its number of instances left out. */
export const writtenTag = "moor-written";
