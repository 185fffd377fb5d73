// Proves that the packages of the program, of azure-local and of the policy pack have exact versions, and the same version in all, and that all
// packages run with the oldest supported version of Node.js. The linter checks the declarations.
import { satisfies } from "semver";
import azureLocal from "../azure-local/package.json";
import program from "../package.json";
import lock from "../package-lock.json";
import policy from "../policy/package.json";

const ours: Record<string, string> = { ...program.dependencies, ...program.devDependencies };
const its: Record<string, string> = { ...azureLocal.dependencies, ...azureLocal.devDependencies };

test("every version is exact", () => {
  const versions = [ours, its, policy.dependencies].flatMap((packages) => Object.values(packages));
  expect(versions.length).toBeGreaterThan(30);
  expect(versions.filter((version) => !/^(npm:[a-z]+@)?\d+\.\d+\.\d+$/.test(version))).toEqual([]);
});

test("a package that both declare has the same version", () => {
  const common = Object.keys(its).filter((name) => name in ours);
  expect(common).toEqual([
    "@balena/dockerignore",
    "@grpc/grpc-js",
    "@pulumi/azure-native",
    "@pulumi/pulumi",
    "ajv",
    "google-protobuf",
    "yaml",
    "zod",
  ]);
  expect(common.filter((name) => its[name] !== ours[name])).toEqual([]);
  expect(policy.dependencies["@pulumi/pulumi"]).toBe(program.dependencies["@pulumi/pulumi"]);
});

test("package-lock.json contains no registry, so that npm uses the configured one", () => {
  const entries = Object.values(lock.packages) as { readonly resolved?: string }[];
  expect(entries.flatMap(({ resolved }) => resolved ?? [])).toEqual(["azure-local", "policy"]);
});

test("every package supports the oldest version of Node.js that the program supports", () => {
  const oldest = `${program.engines.node.replace(">=", "")}.0`;
  const entries = Object.entries(lock.packages) as [string, { readonly version?: string; readonly engines?: { readonly node?: string } }][];
  const demanding = entries.flatMap(([name, { version, engines }]) =>
    engines?.node === undefined || satisfies(oldest, engines.node) ? [] : [`${name} ${version} requires ${engines.node}`],
  );
  expect(demanding).toEqual([]);
});
