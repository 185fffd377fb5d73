/** Reads and replaces the base image of a Dockerfile. */
import { type Argument, DockerfileParser, type Instruction } from "dockerfile-ast";
import { parseRemoteImage, type RemoteImage, remoteImageForm } from "./remoteImage";

/** The base of a Dockerfile, and where its text is. */
export interface DockerfileBase {
  readonly image: RemoteImage;
  /** Line, from 0, of the `FROM` or `ARG` instruction that contains the reference. */
  readonly line: number;
  /** The reference as it is written. */
  readonly text: string;
}

/**
 * Reads the base image. `FROM` contains the reference, or a variable whose default is set by `ARG` before it.
 * @param name Path of the file, for messages.
 * @throws Error if the Dockerfile has no base image that can be read from a registry
 */
export function dockerfileBase(dockerfile: string, name: string): DockerfileBase {
  const instructions = DockerfileParser.parse(dockerfile).getInstructions();
  const bases = instructions.filter((instruction) => instruction.getKeyword() === "FROM");
  const from = bases.at(-1);
  if (from === undefined) throw new Error(`${name} has no FROM instruction. Add one with a base image: FROM ${remoteImageForm}.`);
  const [argument] = from.getArguments().filter((one) => !one.getValue().startsWith("--"));
  const written = argument?.getValue() ?? "";
  const variable = /^\$(?:\{(\w+)\}|(\w+))$/.exec(written);
  const found = variable === null ? { text: written, instruction: from } : defaultOf(instructions, from, variable[1] ?? variable[2]!);
  const image = found && parseRemoteImage(found.text);
  if (found !== undefined && image) return { image, line: found.instruction.getRange()!.start.line, text: found.text };
  const what = found === undefined ? `${written}, which no ARG before it sets` : found.text;
  throw new Error(
    `${name}: the base image is ${what}. Allowed: ${remoteImageForm}, with the registry's host name (docker.io for Docker Hub).`,
  );
}

function defaultOf(instructions: readonly Instruction[], from: Instruction, variable: string) {
  const before = instructions.slice(0, instructions.indexOf(from)).filter((instruction) => instruction.getKeyword() === "ARG");
  for (const instruction of before.reverse()) {
    const [argument] = instruction.getArguments() as Argument[];
    const [, name, text] = /^(\w+)=(.*)$/.exec(argument?.getValue() ?? "") ?? [];
    if (name === variable && text !== undefined) return { text: text.replace(/^"(.*)"$/, "$1"), instruction };
  }
  return undefined;
}

/** Replaces the reference of the base image. All other bytes are unchanged. */
export function withBase(dockerfile: string, { line, text }: DockerfileBase, reference: string): string {
  const lines = dockerfile.split("\n");
  // A reference can be on a later line of the instruction.
  const at = lines.findIndex((one, index) => index >= line && one.includes(text));
  lines[at] = lines[at]!.replace(text, () => reference);
  return lines.join("\n");
}
