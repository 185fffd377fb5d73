// Proves which stack file a local `pulumi config` command writes. Doesn't prove that Pulumi parses its arguments the same way.
import { parseDocument } from "yaml";
import { configTarget, positionals } from "../../../cli/local/configTarget";

const real = parseDocument('config: { "moor:token": { secure: a }, "moor:tags": { owner: me, "a.b": 1 }, "other:key": 1 }');
const target = (args: string) => configTarget(args.split(" "), () => ({ project: "moor", real }));

test.each([
  ["config set moor:lock none", "real"],
  ["config set moor:lock none -s dev", "real"],
  ["-s dev config set moor:lock none", "real"],
  ["config set --plaintext moor:lock none", "real"],
  ["config set --secret moor:token x", "copy"],
  ["config set-all --plaintext a=b --plaintext c=d", "real"],
  ["config set-all --secret a=b", "copy"],
  ["config rm moor:token", "real"],
  ["config rm token", "real"],
  ["config rm token --stack dev", "real"],
  ["--stack dev config rm token", "real"],
  ["config rm other:key", "real"],
  ["config rm key", "copy"],
  ["config rm moor:elsewhere", "copy"],
  ["config rm --path moor:tags.owner", "real"],
  ["config rm --path tags.owner", "real"],
  ['config rm --path tags["a.b"]', "real"],
  ["config rm --path moor:tags.a.b", "copy"],
  ["config rm moor:tags.owner", "copy"],
  ["config rm-all token moor:tags", "real"],
  ["config rm-all elsewhere", "copy"],
  ["config get token", "copy"],
  ["config", "copy"],
])("pulumi %s: the %s", (args, file) => {
  expect(target(args)).toBe(file);
});

test.each([
  ["config set-all --secret a=b --plaintext c=d", "set plain values and secrets with separate commands."],
  ["config rm-all token elsewhere", "remove token and the other keys with separate commands."],
])("pulumi %s is rejected, because it would write both files", (args, remedy) => {
  expect(() => target(args)).toThrow(
    `The command would change both the stack file and its local copy, which contains the secrets: ${remedy}`,
  );
});

test("options and their values are not positional arguments", () => {
  expect(positionals(["-s", "dev", "config", "--path", "rm", "key", "--color", "never", "--stack=dev"])).toEqual(["config", "rm", "key"]);
});
