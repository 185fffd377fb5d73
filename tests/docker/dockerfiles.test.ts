// Does not prove that the images build, or that the digests match the comments: the tests don't query a registry.
import * as fs from "node:fs";
import * as path from "node:path";

const docker = path.join(__dirname, "../../docker");

describe.each(["vllm", "score"])("docker/%s", (name) => {
  const folder = path.join(docker, name);
  const lines = fs.readFileSync(path.join(folder, "Dockerfile"), "utf8").split("\n");
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
    expect(fs.readFileSync(path.join(folder, "README.md"), "utf8").trimEnd().split("\n").length).toBeLessThanOrEqual(25);
  });
});
