/** The messages of a run. */
import { withoutSecrets } from "../../facts/secretForms";
import { isJson, nameOfUrn, textOf } from "../../rules/read/json";
import type { Diagnostic } from "../preview";

/** Severities of the engine. `info#err` is text that the program writes to its standard error output. Debug messages are omitted. */
const severities: ReadonlyMap<unknown, Diagnostic["severity"]> = new Map([
  ["error", "error"],
  ["warning", "warning"],
  ["info", "info"],
  ["info#err", "info"],
]);

/** The program's output arrives in pieces that end anywhere. A piece without a line break at its end is continued by the next one. */
export class Diagnostics {
  private readonly pieces: { severity: Diagnostic["severity"]; urn: string; text: string }[] = [];

  /** @param value A diagnostic of the engine, as an event or in the output of `pulumi preview --json`. */
  add(value: unknown): void {
    if (!isJson(value) || value.ephemeral === true) return;
    const severity = severities.get(value.severity);
    if (severity === undefined || typeof value.message !== "string") return;
    const prefix = severity === "info" ? "" : `${severity}: `;
    this.append(severity, textOf(value.urn) ?? "", value.message.startsWith(prefix) ? value.message.slice(prefix.length) : value.message);
  }

  /** @param value Text that the engine prints, as an event. */
  addOutput(value: unknown): void {
    if (isJson(value) && typeof value.message === "string") this.append("info", "", value.message);
  }

  private append(severity: Diagnostic["severity"], urn: string, text: string): void {
    const last = this.pieces.at(-1);
    if (last?.severity === severity && last.urn === urn && !last.text.endsWith("\n")) last.text += text;
    else this.pieces.push({ severity, urn, text });
  }

  all(): Diagnostic[] {
    return this.pieces.flatMap(({ severity, urn, text }) => {
      const message = withoutSecrets(text.trimEnd());
      return message === "" ? [] : [{ severity, ...(urn === "" ? {} : { resource: nameOfUrn(urn) }), message }];
    });
  }
}
