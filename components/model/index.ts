export { modelKey } from "../../planner/names";
export { HubAccess, type HubAccessArgs } from "./hubAccess";
export { HubToken, type HubTokenArgs } from "./hubToken";
export { Model, type ModelArgs } from "./model";
