import * as fs from "node:fs";
import * as path from "node:path";
import { parseDocument } from "yaml";
import { lockFileName } from "../config/lockFile";
import { root } from "./local/session";

export interface RetireOptions {
  readonly stack: string;
  readonly endpoint: string;
  readonly label: string;
}

/** `npm run retire`: gives up a deployment that is kept for the way back. The next `pulumi up` deletes it. */
export function retire({ stack, endpoint, label }: RetireOptions): void {
  const file = path.join(root, lockFileName(stack));
  if (!fs.existsSync(file)) throw new Error(`There is no ${lockFileName(stack)}: without a lock nothing is kept.`);
  const { text, name } = retireText(fs.readFileSync(file, "utf8"), endpoint, label);
  fs.writeFileSync(file, text);
  console.log(
    `${name} is out of ${lockFileName(stack)}. Commit it; the next \`pulumi up\` deletes the deployment, and there is no way back to it.`,
  );
}

/** The lock without the previous decision of one deployment. */
export function retireText(text: string, endpoint: string, label: string): { text: string; name: string } {
  const document = parseDocument(text);
  const keys = ["endpoints", endpoint, label, "previous"];
  const name = document.getIn([...keys, "name"]);
  if (name === undefined) throw new Error(`The lock keeps nothing before ${endpoint}/${label}: there is nothing to retire.`);
  document.deleteIn(keys);
  return { text: document.toString({ lineWidth: 0 }), name: String(name) };
}
