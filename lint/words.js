// `node lint/words.js`: finds words and phrases that the project replaces by standard terms (docs/glossary.md), in all text that git tracks:
// documentation, messages, comments and names. It can't find an unclear sentence.
const { execFileSync } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");

/** Each phrase as a regular expression, and what to write instead. */
const replacements = [
  [/\bwhoever\b/i, '"anyone who", or name the role'],
  [/\b(no|some)body\b/i, '"no one", "someone", or name the role'],
  [/\banew\b/i, '"again"'],
  [/\bAzure[- ]on[- ]this[- ]machine\b/i, '"the local Azure"'],
  [/\bfront door\b/, '"scoring proxy"; Azure Front Door is another product'],
  [/\bhangs? on\b/i, '"depends on"'],
  [/\bway back\b/i, '"rollback"'],
  [/\bat once and instance\b/i, '"concurrent requests per instance"'],
  [/\bat once\b/i, '"concurrently" or "immediately"'],
  [/\bbeside\b/i, '"next to" or "in addition to"'],
  [/\bis told\b/i, '"is reported"'],
  [/\bmend(s|ed|ing)?\b/i, '"fix"'],
  [/\bowes?\b/i, '"must provide"'],
  [/\bputs? a question\b/i, '"sends a request"'],
  [/\bcom(es?|ing) to (an|its) end\b/i, '"ends"'],
  [/\bworth another try\b/i, '"retryable"'],
  [/\bhead-room\b/i, '"headroom"'],
];

/** Files whose text is not the project's: data, generated files, schemas of Azure, and the table above with its test. */
const foreign =
  /^(lint\/words\.js|tests\/lint\/words\.test\.ts|package-lock\.json|LICENSE|azure-local\/arm\/schemas\/|facts\/.*\.json|.*\/fixtures\/)/;
const text = /\.(ts|js|mjs|md|ya?ml|json|py|sh|grit)$|^docker\/[^.]*$|Dockerfile/;

/** One line for each phrase found in `content`: place, phrase, and the replacement. */
function findings(file, content) {
  return content.split("\n").flatMap((line, index) =>
    replacements.flatMap(([phrase, instead]) => {
      const found = phrase.exec(line);
      return found ? [`${file}:${index + 1}: "${found[0]}": write ${instead}`] : [];
    }),
  );
}

module.exports = { findings };

if (require.main === module) {
  const root = path.join(__dirname, "..");
  const files = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "-z"], { cwd: root, encoding: "utf8", maxBuffer: 1 << 26 });
  const lines = files
    .split("\0")
    .filter((file) => text.test(file) && !foreign.test(file) && fs.existsSync(path.join(root, file)))
    .flatMap((file) => findings(file, fs.readFileSync(path.join(root, file), "utf8")));
  for (const line of lines) console.error(line);
  if (lines.length > 0) console.error(`${lines.length} phrases to replace; docs/glossary.md has the project's terms.`);
  process.exitCode = lines.length > 0 ? 1 : 0;
}
