import type { ChildProcess } from "node:child_process";

/**
 * Joins the two outputs of a process. Each line is added when it is complete: programs write a line in several parts, and the parts of both
 * streams arrive in any order, so a line could otherwise be in the middle of another line.
 * @param added Called after each addition
 * @returns A function that returns the output so far
 */
export function outputOf({ stdout, stderr }: ChildProcess, added: () => void = () => {}): () => string {
  if (!stdout || !stderr) throw new Error("Start the process with pipes for its outputs.");
  let output = "";
  for (const stream of [stdout, stderr]) {
    let rest = "";
    const add = (text: string) => {
      if (text === "") return;
      output += text;
      added();
    };
    stream.setEncoding("utf8").on("data", (text: string) => {
      rest += text;
      const end = rest.lastIndexOf("\n") + 1;
      add(rest.slice(0, end));
      rest = rest.slice(end);
    });
    stream.on("end", () => add(rest));
  }
  return () => output;
}
