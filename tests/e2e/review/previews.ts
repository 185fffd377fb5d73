/** Previews of all changes by the real engine, each with the stack in the state before the change. */
import * as fs from "node:fs";
import * as path from "node:path";
import { parseDocument } from "yaml";
import { prepareStack } from "../../../cli/local/stackFile";
import { lockFileName } from "../../../config/lockFile";
import { cloneProgram } from "../clone";
import { quick } from "../quick";
import { moor } from "../rolloutSupport";
import { type Change, openSandbox, type Run, type Sandbox } from "../sandbox";
import { type ReviewedChange, states } from "./changes";

/** A clone whose stacks are in one of the states before a change. */
export class Previews {
  private constructor(
    readonly clone: string,
    /** For runs with which the program exits. */
    private readonly slow: Sandbox,
    readonly sandbox: Sandbox,
    private readonly files: ReadonlyMap<string, string>,
  ) {}

  static async open(): Promise<Previews> {
    const clone = cloneProgram();
    const opened = await openSandbox({}, undefined, clone);
    opened.environment.PULUMI_ENABLE_STREAMING_JSON_PREVIEW = "1";
    const names = fs.readdirSync(clone).filter((name) => /^(Pulumi|moor\.lock)\.\w+\.yaml$/.test(name));
    return new Previews(
      clone,
      opened,
      quick(opened),
      new Map(names.map((name) => [name, fs.readFileSync(path.join(clone, name), "utf8")])),
    );
  }

  async close(): Promise<void> {
    await this.sandbox.close();
    fs.rmSync(this.clone, { recursive: true, force: true });
  }

  /** Brings the stack into the state before a change. */
  async reach({ stack, state = "shipped" }: Pick<ReviewedChange, "stack" | "state">): Promise<void> {
    if (await this.writeState(stack, state)) await this.succeeds("up", stack);
  }

  /** The events of the preview of a change. */
  async preview({ stack, state = "shipped", edits, lock = false, fails = false, command }: ReviewedChange): Promise<Run> {
    await this.writeState(stack, state);
    await this.apply(stack, edits, lock);
    if (command === "rollback") await this.lock(stack, "--rollback", "chat/main");
    if (command === "destroy") return this.sandbox.run("destroy", stack, { args: ["--preview-only", "--json"] });
    return (fails ? this.slow : this.sandbox).run("preview", stack, { args: ["--json"] });
  }

  /** Writes the files of a state. Returns whether the state has resources. */
  private async writeState(stack: string, state: keyof typeof states): Promise<boolean> {
    for (const [name, text] of this.files) this.write(name, text);
    const before = states[state];
    if (before !== undefined) await this.apply(stack, before.edits, before.lock);
    return before !== undefined;
  }

  private async apply(stack: string, edits: readonly Change[], lock = false): Promise<void> {
    const file = path.join(this.clone, `Pulumi.${stack}.yaml`);
    const document = parseDocument(fs.readFileSync(file, "utf8"), { compat: "yaml-1.1" });
    for (const [keys, value] of edits) {
      const at = keys.map((key) => (/^\d+$/.test(key) ? Number(key) : key));
      if (value === undefined) document.deleteIn(["config", ...at]);
      else document.setIn(["config", ...at], value);
    }
    fs.writeFileSync(file, document.toString());
    if (lock) await this.lock(stack);
    await prepareStack(this.sandbox, stack, file, this.clone);
  }

  private async lock(stack: string, ...args: string[]): Promise<void> {
    const { code, output } = await moor(this.sandbox, "lock", "-s", stack, ...args);
    if (code !== 0) throw new Error(`lock failed:\n${output}`);
    const name = lockFileName(stack);
    this.write(name, fs.readFileSync(path.join(this.clone, name), "utf8"));
  }

  /** Writes a file of a stack. In a lock file, all weights are staged. */
  private write(name: string, text: string): void {
    const staged = text.replaceAll("staged: false", "staged: true");
    fs.writeFileSync(path.join(this.clone, name), staged);
    if (name.startsWith("moor.lock.")) fs.writeFileSync(path.join(this.sandbox.home, name), staged, { mode: 0o600 });
  }

  private async succeeds(verb: string, stack: string): Promise<void> {
    const { code, output } = await this.sandbox.run(verb, stack);
    if (code !== 0) throw new Error(`${verb} failed:\n${output}`);
  }
}
