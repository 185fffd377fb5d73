// Proves that the check of words finds each replaced phrase, names its place, and accepts plain text. `npm run lint` runs it over the project.
// Doesn't prove that the text is clear.
const { findings } = require("../../lint/words") as { findings(file: string, content: string): string[] };

test.each([
  ["Whoever runs it needs a role.", '"Whoever": write "anyone who", or name the role'],
  ["requests go to nobody", '"nobody": write "no one", "someone", or name the role'],
  ["64 requests at once and instance", '"at once and instance": write "concurrent requests per instance"'],
  ["Azure-on-this-machine", '"Azure-on-this-machine": write "the local Azure"'],
  ["the front door answers", '"front door": write "scoring proxy"; Azure Front Door is another product'],
  ["// That hangs on the commit.", '"hangs on": write "depends on"'],
  ["Mend the stack file.", '"Mend": write "fix"'],
])("%s", (line, finding) => {
  expect(findings("docs/a.md", `A plain line.\n${line}\n`)).toContain(`docs/a.md:2: ${finding}`);
});

test("plain text has no finding", () => {
  const lines = ["Azure Front Door is another product.", "Set `weight` to 0, then run `pulumi up`.", "const recommended = amended;"];
  expect(findings("README.md", lines.join("\n"))).toEqual([]);
});
