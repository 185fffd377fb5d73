// Does not prove that the images build (see builds.test.ts), or that the digests match the comments: the tests don't query a registry.
import * as fs from "node:fs";
import * as path from "node:path";

const docker = path.join(__dirname, "../../docker");
const read = (...file: string[]) => fs.readFileSync(path.join(docker, ...file), "utf8");

describe.each(["vllm", "score"])("docker/%s", (name) => {
  const folder = path.join(docker, name);
  const lines = read(name, "Dockerfile").split("\n");
  const instruction = (word: string) => lines.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1));

  test("the base is pinned by digest alone and can be replaced by a build argument", () => {
    expect(instruction("ARG")).toEqual([expect.stringMatching(/^BASE=docker\.io\/[a-z/-]+@sha256:[0-9a-f]{64}$/)]);
    expect(instruction("FROM")).toEqual(["${BASE}"]);
  });

  test("every copied file exists", () => {
    const sources = instruction("COPY").flatMap((line) => line.split(" ").slice(0, -1));
    expect(sources.length).toBeGreaterThan(0);
    expect(sources.filter((source) => !fs.existsSync(path.join(folder, source)))).toEqual([]);
  });

  test("it does not run as root", () => {
    expect(instruction("USER")).toEqual(["2000:0"]);
  });

  test("its README has at most 25 lines", () => {
    expect(read(name, "README.md").trimEnd().split("\n").length).toBeLessThanOrEqual(25);
  });
});

describe("docker/vllm", () => {
  test("the Dockerfile has only instructions that `layer` accepts", () => {
    const words = read("vllm", "Dockerfile").match(/^[A-Z]+(?= )/gm);
    expect([...new Set(words)]).toEqual(["ARG", "FROM", "ENV", "COPY", "USER", "EXPOSE", "ENTRYPOINT"]);
  });

  test(".dockerignore includes what the Dockerfile copies, and what Docker itself reads", () => {
    const included = read("vllm", ".dockerignore").match(/(?<=^!).+/gm);
    const copied = /^COPY (.+) \S+$/m.exec(read("vllm", "Dockerfile"))![1]!.split(" ");
    expect(included).toEqual([".dockerignore", "Dockerfile", ...copied]);
  });
});

describe("docker/score", () => {
  test("the ignore files for both ways to build are identical", () => {
    expect(read("score", "Dockerfile.dockerignore")).toBe(read("score", ".dockerignore"));
  });

  test("each requirement has a version and hashes", () => {
    const requirements = read("score", "requirements.txt").replaceAll("\\\n", "").trimEnd().split("\n");
    const packages = requirements.filter((line) => !line.startsWith("#"));
    expect(packages.length).toBeGreaterThan(40);
    expect(packages.filter((line) => !/^[a-z0-9-]+==\S+ ( +--hash=sha256:[0-9a-f]{64})+ *$/.test(line))).toEqual([]);
  });
});
