export { modelKey } from "../../planner/names";
export { HubAccess, type HubAccessArgs } from "./hubAccess";
export { Model, type ModelArgs } from "./model";
