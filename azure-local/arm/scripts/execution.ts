import * as fs from "node:fs";
import * as path from "node:path";
import { writePrivateFile } from "../../files/privateHome";
import { runProcess } from "../../registry/runProcess";
import type { ErrorBody } from "../azureError";
import { isObject, type JsonObject } from "../json";
import { splitArguments } from "./commandLine";
import type { ScriptProperties } from "./script";

/** What a script executes and how it reaches the local Azure. */
export interface Execution {
  /** A new folder for the files of the script. It is deleted afterwards. */
  readonly folder: string;
  readonly kind: unknown;
  readonly properties: ScriptProperties;
  /** ARM ID of the script's identity. */
  readonly identityId?: string;
  /** Values of `secureValue`, by variable. */
  readonly secureValues: Readonly<Record<string, string>>;
  /** Address of the local Azure for this script. */
  readonly address: string;
  readonly signal: AbortSignal;
  readonly onOutput: (output: string) => void;
}

/** What an execution made. */
export interface Outcome {
  readonly error?: ErrorBody;
  readonly outputs?: JsonObject;
  readonly log: string;
}

/** Maximum size of the outputs in bytes, below ARM's limit of a response. */
const LARGEST_OUTPUT = 1024 * 1024;

const HELP = "Please refer to https://aka.ms/DeploymentScriptsTroubleshoot for more deployment script information.";

/** Ends the script when the simulator ends, even if it was killed: file descriptor 3 is a pipe from the simulator. */
const WRAPPER = '{ read -r -u 3; kill -KILL 0; } </dev/null >/dev/null 2>&1 & exec 3<&- bash "$@"';

/** Runs the script with bash on this machine. Never rejects. */
export async function execute(execution: Execution): Promise<Outcome> {
  const { kind, properties, folder } = execution;
  if (kind !== "AzureCLI") return unsupported("runs only scripts of the kind AzureCLI: it has no PowerShell");
  if (properties.scriptContent === undefined || (properties.supportingScriptUris ?? []).length > 0)
    return {
      log: "",
      error: { code: "DeploymentScriptDownloadFailure", message: `The local Azure downloads no scripts: use scriptContent.` },
    };
  try {
    return await run(execution, properties.scriptContent);
  } catch (error) {
    return unsupported(`could not run the script: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

function unsupported(what: string): Outcome {
  return { log: "", error: { code: "DeploymentScriptBootstrapScriptExecutionFailed", message: `The local Azure ${what}.` } };
}

async function run(execution: Execution, content: string): Promise<Outcome> {
  const { folder, properties, signal, onOutput } = execution;
  const input = path.join(folder, "azscriptinput");
  const output = path.join(folder, "azscriptoutput");
  for (const one of [input, output, path.join(folder, "home")]) fs.mkdirSync(one, { recursive: true, mode: 0o700 });
  const script = path.join(input, "userscript.sh");
  writePrivateFile(script, content);
  const ended = await runProcess({
    program: "bash",
    args: ["-c", WRAPPER, "bash", script, ...splitArguments(properties.arguments ?? "")],
    folder: input,
    environment: environmentOf(execution, input, output),
    signal,
    onOutput,
    lifeline: true,
  });
  const log = ended.output;
  if (ended.code === undefined)
    return { log, error: { code: "DeploymentScriptBootstrapScriptExecutionFailed", message: `${ended.problem}. ${HELP}` } };
  if (ended.code !== 0) return { log, error: scriptError(log) };
  return { log, ...readOutputs(path.join(output, "scriptoutputs.json")) };
}

/** Text of the errors in Azure/bicep and other public issues: the error output, or that there is none. */
function scriptError(log: string): ErrorBody {
  const last = log.trimEnd().split("\n").at(-1) ?? "";
  const failed = last === "" ? "without returning any errors" : `with the following error:\r\n${last}`;
  return { code: "DeploymentScriptError", message: `The provided script failed ${failed}. ${HELP}` };
}

function readOutputs(file: string): Pick<Outcome, "error" | "outputs"> {
  const size = fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size === 0) return {};
  const invalid = (problem: string) => ({
    error: { code: "DeploymentScriptInvalidOutputs", message: `The outputs of the script ${problem}. ${HELP}` },
  });
  if (size > LARGEST_OUTPUT) return invalid(`have ${size} bytes: the local Azure supports up to ${LARGEST_OUTPUT}`);
  try {
    const value: unknown = JSON.parse(fs.readFileSync(file, "utf8"));
    return isObject(value) ? { outputs: value } : invalid("are not a JSON object");
  } catch {
    return invalid("are not valid JSON");
  }
}

/** Source: Azure docs, azure-resource-manager/bicep/deployment-script-develop, "System-defined environment variables". */
function environmentOf(execution: Execution, input: string, output: string): NodeJS.ProcessEnv {
  const { folder, properties, identityId, secureValues, address } = execution;
  const own = (properties.environmentVariables ?? []).map(({ name, value }) => [name, value ?? secureValues[name] ?? ""]);
  return {
    PATH: process.env.PATH,
    LANG: "C.UTF-8",
    HOME: path.join(folder, "home"),
    TMPDIR: folder,
    AZ_SCRIPTS_AZURE_ENVIRONMENT: "AzureCloud",
    AZ_SCRIPTS_CLEANUP_PREFERENCE: properties.cleanupPreference ?? "Always",
    ...(identityId === undefined ? {} : { AZ_SCRIPTS_USER_ASSIGNED_IDENTITY: identityId }),
    ...Object.fromEntries(own),
    AZ_SCRIPTS_OUTPUT_PATH: path.join(output, "scriptoutputs.json"),
    AZ_SCRIPTS_PATH_INPUT_DIRECTORY: input,
    AZ_SCRIPTS_PATH_OUTPUT_DIRECTORY: output,
    AZ_SCRIPTS_PATH_USER_SCRIPT_FILE_NAME: "userscript.sh",
    AZ_SCRIPTS_PATH_PRIMARY_SCRIPT_URI_FILE_NAME: "primaryscripturi.config",
    AZ_SCRIPTS_PATH_SUPPORTING_SCRIPT_URI_FILE_NAME: "supportingscripturi.config",
    AZ_SCRIPTS_PATH_SCRIPT_OUTPUT_FILE_NAME: "scriptoutputs.json",
    AZ_SCRIPTS_PATH_EXECUTION_RESULTS_FILE_NAME: "executionresult.json",
    MOOR_LOCAL_AZURE: address,
    MOOR_LOCAL_IDENTITY: address,
  };
}
