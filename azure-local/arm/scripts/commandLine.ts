/**
 * Splits the property `arguments` of a deployment script: at spaces outside double quotes; a backslash before a double quote makes it a
 * character. Source: Azure docs, azure-resource-manager/bicep/deployment-script-develop (CommandLineToArgvW), and the Windows API reference
 * of that function.
 */
export function splitArguments(text: string): string[] {
  const parts: string[] = [];
  let part = "";
  let started = false;
  let quoted = false;
  for (let index = 0; index < text.length; index++) {
    const [slashes = ""] = /^\\*/.exec(text.slice(index)) ?? [];
    const after = index + slashes.length;
    if (slashes !== "" && text[after] === '"') {
      part += "\\".repeat(Math.floor(slashes.length / 2));
      started = true;
      // With an even number of backslashes, the quote is a delimiter, which the next iteration reads.
      index = slashes.length % 2 === 1 ? after : after - 1;
      if (slashes.length % 2 === 1) part += '"';
    } else if (slashes !== "") {
      part += slashes;
      started = true;
      index = after - 1;
    } else if (text[index] === '"') {
      quoted = !quoted;
      started = true;
    } else if (!quoted && /\s/.test(text[index]!)) {
      if (started) parts.push(part);
      part = "";
      started = false;
    } else {
      part += text[index];
      started = true;
    }
  }
  return started ? [...parts, part] : parts;
}
