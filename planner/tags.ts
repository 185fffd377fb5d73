/** Tags that Moor sets. Their names start with `moor-`, a prefix that tags in a stack file can't use. */

/** Name of the stack that created a resource. */
export const stackTag = "moor-stack";

/** Hash of the values that an autoscaled deployment was last written with, without its number of instances. */
export const writtenTag = "moor-written";
