export { type LeftScriptArgs, removeLeftScripts } from "./leftovers";
export { ScriptEnvironment, type ScriptEnvironmentArgs, type ScriptSubnet } from "./scriptEnvironment";
