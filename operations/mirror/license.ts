/** Checks the license of a model against the licenses that the stack file allows. */
import type { HubModelInfo } from "../hub";
import { printable, WeightsError } from "./error";

/**
 * @param allowed License IDs of Hugging Face, in lower case.
 * @throws WeightsError with the setting to change, if the model has another license or none
 */
export function requireLicense(
  id: string,
  { licenses, licenseName }: Pick<HubModelInfo, "licenses" | "licenseName">,
  allowed: readonly string[],
): void {
  const ids = licenses.map((license) => license.toLowerCase());
  if (ids.length > 0 && ids.every((license) => allowed.includes(license) || (license === "other" && isNamed(licenseName, allowed)))) return;
  const given = ids
    .map((license) => (license === "other" && licenseName !== undefined ? `other (${printable(licenseName)})` : printable(license)))
    .join(", ");
  const problem =
    ids.length === 0
      ? `${id} names no license in its model card.`
      : `${id} has the license ${given}, which \`moor:licenses\` doesn't allow.`;
  const missing = ids.find((license) => !allowed.includes(license));
  const refused = missing === "other" && licenseName !== undefined ? licenseName.toLowerCase() : (missing ?? "");
  const remedy =
    ids.length === 0
      ? "Choose a model with a license, or ask its author to name one."
      : `Read the license. If your organization accepts it, add ${printable(refused)} to \`moor:licenses\` in the stack file.`;
  throw new WeightsError("license", `${problem} Allowed: ${allowed.join(", ")}. ${remedy}`);
}

function isNamed(name: string | undefined, allowed: readonly string[]): boolean {
  return name !== undefined && allowed.includes(name.toLowerCase());
}
