// Proves that the documentation shows the client examples that the other tests run.
import * as fs from "node:fs";
import * as path from "node:path";

const root = path.join(__dirname, "..", "..");
const examples = path.join(root, "examples", "clients");
const languages: Readonly<Record<string, string>> = { ".mjs": "js", ".py": "python", ".sh": "bash" };
/** The document with the examples of each task. */
const documents: Readonly<Record<string, string>> = { chat: "README.md", embed: "docs/clients.md", rerank: "docs/clients.md" };

const names = fs.readdirSync(examples).sort();

test("each task has an example for each language", () => {
  const expected = Object.keys(documents).flatMap((task) => Object.keys(languages).map((extension) => task + extension));
  expect(names).toEqual(expected.sort());
});

test.each(names)("the documentation contains an exact copy of %s", (name) => {
  const { name: task, ext } = path.parse(name);
  const document = fs.readFileSync(path.join(root, documents[task]!), "utf8");
  expect(document).toContain(`\`\`\`${languages[ext]}\n${fs.readFileSync(path.join(examples, name), "utf8")}\`\`\`\n`);
});
