export { HubAccess, type HubAccessArgs } from "./hubAccess";
export { Model, type ModelArgs, modelKey } from "./model";
