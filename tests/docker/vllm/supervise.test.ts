// Does not prove how vLLM itself drains requests: a shell script is the server. The container's first process is tested in builds.test.ts.
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import * as path from "node:path";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";

const supervise = path.join(__dirname, "../../../docker/vllm/supervise.py");

/** Starts a shell script under the supervisor. */
function start(script: string): ChildProcessWithoutNullStreams {
  return spawn("python3", ["-B", supervise, "sh", "-c", script]);
}

/** Waits until an output contains a text. */
async function output(stream: Readable, expected: string): Promise<void> {
  let seen = "";
  for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
    seen += chunk;
    if (seen.includes(expected)) return;
  }
  throw new Error(`The output ended without ${expected}: ${seen}`);
}

async function end(child: ChildProcessWithoutNullStreams): Promise<number | null> {
  const [code] = await once(child, "exit");
  return code;
}

describe("signals", () => {
  test("SIGTERM reaches the server, which can finish its requests; its exit code is kept, and no failure is reported", async () => {
    const child = start('trap "echo draining; read -r _; exit 7" TERM; echo started; while :; do sleep 0.02; done');
    const errors = text(child.stderr);
    await output(child.stdout, "started\n");
    child.kill("SIGTERM");
    await output(child.stdout, "draining\n");
    child.stdin.write("done\n");
    expect([await end(child), await errors]).toEqual([7, ""]);
  });

  test.each(["SIGINT", "SIGQUIT", "SIGHUP", "SIGUSR1", "SIGUSR2"] as const)("%s reaches the server", async (signal) => {
    const child = start(`trap "echo received; exit 0" ${signal.slice(3)}; echo started; while :; do sleep 0.02; done`);
    await output(child.stdout, "started\n");
    child.kill(signal);
    await output(child.stdout, "received\n");
    expect(await end(child)).toBe(0);
  });

  test("a server that SIGTERM ends without a trap has the exit code 143, and no failure is reported", async () => {
    const child = start("echo started; exec sleep 1000");
    const errors = text(child.stderr);
    await output(child.stdout, "started\n");
    child.kill("SIGTERM");
    expect([await end(child), await errors]).toEqual([143, ""]);
  });
});

describe("failures", () => {
  const run = (script: string) => {
    const { status, stdout, stderr } = spawnSync("python3", ["-B", supervise, "sh", "-c", script], { encoding: "utf8" });
    return [status, stdout, stderr];
  };
  const outOfMemory = "ERROR 10-07 09:12:04 [core.py:1] torch.OutOfMemoryError: CUDA out of memory.";
  const ready = "(APIServer pid=1) INFO:     Application startup complete.";

  test("a server that was ready has not failed to start, whatever ends it", () => {
    expect(run(`echo "${ready}"; echo "${outOfMemory}"; exit 1`)).toEqual([1, `${ready}\n${outOfMemory}\n`, ""]);
  });

  test("a server that ends without an error is not reported", () => {
    expect(run(`echo "${outOfMemory}"`)).toEqual([0, `${outOfMemory}\n`, ""]);
  });

  test("a process that the kernel kills is reported as out of memory", () => {
    const line =
      "moor: vLLM did not start (exit code 137). It was killed, usually because the memory is exhausted. Use a VM size with more RAM.\n";
    expect(run("kill -KILL $$")).toEqual([137, "", line]);
  });

  test("the line starts after an unfinished line, and a cause in an unfinished line counts", () => {
    const [status, stdout, stderr] = run(`printf "%s" "${outOfMemory}" >&2; exit 1`);
    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/^ERROR .*CUDA out of memory\.\nmoor: vLLM did not start \(exit code 1\)\. The GPU ran out of memory\. .*\n$/);
  });

  test("a cause that arrives in two parts is recognized", async () => {
    const child = start('printf "OSError: [Errno 98] Address al"; read -r _; echo "ready in use"; exit 1');
    const errors = text(child.stderr);
    await output(child.stdout, "Address al");
    child.stdin.write("\n");
    expect(await errors).toContain("(exit code 1). The port is in use. ");
  });

  test("bytes that are not UTF-8 are passed on", () => {
    const { stdout } = spawnSync("python3", ["-B", supervise, "sh", "-c", 'printf "\\377\\376error\\n"']);
    expect(stdout).toEqual(Buffer.from([0xff, 0xfe, ...Buffer.from("error\n")]));
  });

  test("a missing command has the exit code 127", () => {
    const { status, stderr } = spawnSync("python3", ["-B", supervise, "no-such-vllm"], { encoding: "utf8" });
    const line = "moor: no-such-vllm can't be started: No such file or directory. Build the image on an image of vLLM.\n";
    expect([status, stderr]).toEqual([127, line]);
  });

  test("a process that the server leaves behind with an open output doesn't keep the supervisor", async () => {
    const child = start('while :; do echo more; sleep 0.01; done & echo "pid $!"; exit 1');
    let left = 0;
    child.stdout.on("data", (chunk) => {
      left ||= Number(/pid (\d+)/.exec(String(chunk))?.[1] ?? 0);
    });
    const [code] = await once(child, "exit");
    process.kill(left, "SIGKILL");
    expect(code).toBe(1);
  });
});

describe("output", () => {
  test("output is passed on immediately, also without a line end", async () => {
    const child = start('printf "Loading weights: 50%%"; read -r _');
    await output(child.stdout, "50%");
    child.stdin.write("\n");
    await end(child);
  });

  // The server reports the supervisor's memory: the peak of its parent process, in KiB.
  const report = "grep VmHWM /proc/$PPID/status >&2; exit 1";
  test.each([
    ["100,000 lines", "\n", "cat"],
    ["one line", "", "tr -d '\\n'"],
  ])("100 MB of log in %s is unchanged, in less than 64 MiB of memory", async (_, lineEnd, filter) => {
    const words = "INFO ".padEnd(1000 - lineEnd.length, "x");
    const child = start(`yes "${words}" | head -n 100000 | ${filter}; ${report}`);
    const errors = text(child.stderr);
    const hash = createHash("sha256");
    let size = 0;
    for await (const chunk of child.stdout) {
      hash.update(chunk);
      size += chunk.length;
    }
    const expected = createHash("sha256");
    const block = (words + lineEnd).repeat(1000);
    for (let index = 0; index < 100; index++) expected.update(block);
    expect([size, hash.digest("hex")]).toEqual([100_000_000, expected.digest("hex")]);
    const peak = Number(/^VmHWM:\s+(\d+) kB\n/.exec(await errors)?.[1]);
    expect(peak).toBeGreaterThan(1024);
    expect(peak).toBeLessThan(64 * 1024);
  });
});
