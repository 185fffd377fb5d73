// Proves what the hash of a build's inputs covers, which base images a build has, and which contexts are rejected. Doesn't prove that
// Docker builds the image.
import * as fs from "node:fs";
import { createServer } from "node:net";
import * as path from "node:path";
import * as fc from "fast-check";
import { PlanError } from "../../../planner/codes";
import { buildInputs } from "../../../planner/image";
import { removeFolders, temporaryFolder, writeFiles } from "./layerFolder";

// A module whose functions can be replaced.
jest.mock("node:fs", () => ({ __esModule: true, ...jest.requireActual("node:fs") }));

afterEach(removeFolders);

const base = `docker.io/library/python@sha256:${"a".repeat(64)}`;
const other = `ghcr.io/x/y:1@sha256:${"b".repeat(64)}`;

function context(files: Readonly<Record<string, string>> = {}): string {
  const folder = temporaryFolder();
  writeFiles(folder, { Dockerfile: `FROM ${base}\n`, ...files });
  return folder;
}

function inputs(folder: string, args: Readonly<Record<string, string>> = {}, dockerfile = "Dockerfile") {
  return buildInputs({ context: folder, dockerfile: path.join(folder, dockerfile), args });
}

/** Code and message of the problem, with `F` for the folder. */
function problemOf(folder: string, args: Readonly<Record<string, string>> = {}, dockerfile = "Dockerfile"): string {
  try {
    inputs(folder, args, dockerfile);
  } catch (error) {
    if (error instanceof PlanError) return `${error.problem.code} ${error.problem.message.replaceAll(folder, "F")}`;
    throw error;
  }
  return "no problem";
}

describe("the digest", () => {
  const files = { a: "A", "d/x": "X", ".dockerignore": "*.log\nskipped\n!skipped/kept\n" };

  test("stays the same in later versions, because deployment names depend on it", () => {
    expect(inputs(context({ a: "A", "d/x": "X" }), { VERSION: "1" }).digest).toBe(
      "sha256:8cd30f3cf8b61b2f2d995d37f20b320a726be7a95c355219757b0cc8bd0b4647",
    );
  });

  test("doesn't depend on the place, times, group permissions, the order of arguments or excluded files", () => {
    const folder = context({ ...files, "x.log": "L", "skipped/y": "Y" });
    fs.utimesSync(path.join(folder, "a"), 1, 1);
    fs.chmodSync(path.join(folder, "a"), 0o666);
    expect(inputs(folder, { B: "2", A: "1" })).toEqual(inputs(context({ ...files }), { A: "1", B: "2" }));
  });

  test.each<[string, (folder: string) => void]>([
    ["a changed file", (folder) => fs.writeFileSync(path.join(folder, "d/x"), "Y")],
    ["an added file", (folder) => fs.writeFileSync(path.join(folder, "d/y"), "")],
    ["an added folder", (folder) => fs.mkdirSync(path.join(folder, "empty"))],
    ["a removed file", (folder) => fs.rmSync(path.join(folder, "a"))],
    ["a renamed file", (folder) => fs.renameSync(path.join(folder, "a"), path.join(folder, "b"))],
    ["an executable file", (folder) => fs.chmodSync(path.join(folder, "a"), 0o755)],
    ["a symbolic link", (folder) => fs.symlinkSync("a", path.join(folder, "link"))],
    ["a file that is included again", (folder) => writeFiles(folder, { "skipped/kept": "" })],
    ["a comment in the Dockerfile", (folder) => fs.appendFileSync(path.join(folder, "Dockerfile"), "# comment\n")],
    ["another ignore file", (folder) => fs.writeFileSync(path.join(folder, ".dockerignore"), "d\n")],
    ["an ignore file for the Dockerfile", (folder) => fs.writeFileSync(path.join(folder, "Dockerfile.dockerignore"), "")],
  ])("depends on %s", (_, change) => {
    const folder = context(files);
    const before = inputs(folder).digest;
    change(folder);
    expect(inputs(folder).digest).not.toBe(before);
  });

  test("depends on the target of a symbolic link, which is not followed", () => {
    const folder = context();
    fs.symlinkSync("/missing", path.join(folder, "link"));
    const before = inputs(folder).digest;
    fs.rmSync(path.join(folder, "link"));
    fs.symlinkSync("/other", path.join(folder, "link"));
    expect(inputs(folder).digest).not.toBe(before);
  });

  test("depends on the Dockerfile even if it is excluded or outside of the context", () => {
    const folder = context({ ".dockerignore": "*\n" });
    const before = inputs(folder).digest;
    fs.appendFileSync(path.join(folder, "Dockerfile"), "USER 1\n");
    expect(inputs(folder).digest).not.toBe(before);

    const outside = context();
    writeFiles(outside, { "files/a": "A" });
    const build = { context: path.join(outside, "files"), dockerfile: path.join(outside, "Dockerfile"), args: {} };
    const first = buildInputs(build).digest;
    fs.appendFileSync(path.join(outside, "Dockerfile"), "USER 1\n");
    expect(buildInputs(build).digest).not.toBe(first);
  });

  test("<Dockerfile>.dockerignore replaces .dockerignore", () => {
    const folder = context({
      "a.dockerfile": `FROM ${base}\n`,
      "a.dockerfile.dockerignore": "x\n",
      ".dockerignore": "y\n",
      x: "1",
      y: "1",
    });
    const before = inputs(folder, {}, "a.dockerfile").digest;
    fs.writeFileSync(path.join(folder, "x"), "2");
    expect(inputs(folder, {}, "a.dockerfile").digest).toBe(before);
    fs.writeFileSync(path.join(folder, "y"), "2");
    expect(inputs(folder, {}, "a.dockerfile").digest).not.toBe(before);
  });

  test("different arguments have different digests", () => {
    const folder = context();
    const args = fc.dictionary(fc.string({ maxLength: 4 }), fc.string({ maxLength: 4 }), { maxKeys: 3, noNullPrototype: true });
    fc.assert(
      fc.property(args, args, (one, two) => {
        const same = JSON.stringify(Object.entries(one).sort()) === JSON.stringify(Object.entries(two).sort());
        expect(inputs(folder, one).digest === inputs(folder, two).digest).toBe(same);
      }),
    );
  });

  test("node_modules and .git are files like any other", () => {
    const folder = context({ "node_modules/a": "A", ".git/HEAD": "x" });
    const before = inputs(folder).digest;
    fs.writeFileSync(path.join(folder, ".git/HEAD"), "y");
    expect(inputs(folder).digest).not.toBe(before);
  });
});

describe("bases", () => {
  test.each<[string, Readonly<Record<string, string>>, readonly string[]]>([
    [`FROM ${base}`, {}, [base]],
    [`FROM --platform=linux/amd64 ${base} AS a\nFROM ${other}\nCOPY --from=a /x /x`, {}, [base, other]],
    [`FROM ${base} AS Build\nFROM build\nFROM scratch\nCOPY --from=BUILD /x /x\nCOPY --from=0 /y /y`, {}, [base]],
    [`ARG BASE=${base}\nFROM \${BASE}`, {}, [base]],
    [`ARG BASE=${base}\nFROM \${BASE}`, { BASE: other }, [other]],
    [`ARG BASE\nFROM $BASE`, { BASE: other }, [other]],
    [`ARG HOST=ghcr.io\nARG BASE=$HOST/x/y:1@sha256:${"b".repeat(64)}\nFROM $BASE`, {}, [other]],
    [`FROM ${base} AS stage-amd64\nFROM stage-\${TARGETARCH}`, {}, [base]],
    [`FROM ${base}\nCOPY --from=${other} /x /x`, {}, [base, other]],
    [`FROM ${base}\nRUN --mount=type=bind,from=${other},target=/x --mount=type=cache,target=/y make`, {}, [base, other]],
    [`# escape=\`\n# syntax=docker/dockerfile:1\nFROM \`\n  ${base}\nRUN <<EOF\nFROM unpinned\nEOF`, {}, [base]],
    ["FROM scratch", {}, []],
  ])("%j", (dockerfile, args, bases) => {
    expect(inputs(context({ Dockerfile: dockerfile }), args).bases).toEqual(bases);
  });

  test.each<[string, Readonly<Record<string, string>>, string]>([
    ["FROM python:3.12", {}, 'MOOR252 F/Dockerfile, line 1: FROM uses the image "python:3.12" without a digest.'],
    [`ARG BASE=${base}\nFROM $BASE`, { BASE: "python" }, 'MOOR252 F/Dockerfile, line 2: FROM uses the image "python" without a digest.'],
    ["ARG BASE\nFROM $BASE", {}, 'MOOR252 F/Dockerfile, line 2: FROM uses the image "" without a digest.'],
    [`FROM ${base}\nFROM later\nFROM ${base} AS later`, {}, 'MOOR252 F/Dockerfile, line 2: FROM uses the image "later" without a digest.'],
    [`FROM ${base}\nCOPY --from=ubuntu /x /x`, {}, 'MOOR252 F/Dockerfile, line 2: COPY uses the image "ubuntu" without a digest.'],
    [`FROM ${base}\nCOPY --from=1 /x /x`, {}, 'MOOR252 F/Dockerfile, line 2: COPY uses the image "1" without a digest.'],
    [
      `FROM ${base}\nRUN --mount=from=ubuntu,target=/x make`,
      {},
      'MOOR252 F/Dockerfile, line 2: RUN uses the image "ubuntu" without a digest.',
    ],
    ["ARG A='x\nFROM $A", {}, "MOOR242 F/Dockerfile, line 1: \"'x\" has no closing '."],
    ["", {}, "MOOR242 F/Dockerfile: the Dockerfile has no FROM."],
  ])("%j is refused", (dockerfile, args, message) => {
    expect(problemOf(context({ Dockerfile: dockerfile }), args)).toBe(message);
  });
});

describe("problems", () => {
  test("the context or the Dockerfile is missing", () => {
    const folder = context({ file: "" });
    expect(problemOf(folder, {}, "missing")).toBe("MOOR251 F/missing: the file doesn't exist.");
    expect(problemOf(folder, {}, ".")).toBe("MOOR251 F: the file can't be read (EISDIR).");
    for (const place of ["missing", "file"]) {
      const build = { context: path.join(folder, place), dockerfile: path.join(folder, "Dockerfile"), args: {} };
      expect(() => buildInputs(build)).toThrow(`MOOR251: ${path.join(folder, place)}: the folder doesn't exist.`);
    }
  });

  test("with a folder, paths are relative to it", () => {
    const folder = context();
    const build = { context: path.join(folder, "missing"), dockerfile: path.join(folder, "Dockerfile"), args: {} };
    const message = (relativeTo: string) => {
      try {
        buildInputs(build, relativeTo);
      } catch (error) {
        return error instanceof PlanError ? error.problem.message : error;
      }
      return undefined;
    };
    expect(message(folder)).toBe("missing: the folder doesn't exist.");
    expect(message(path.join(folder, "missing"))).toBe(".: the folder doesn't exist.");
    expect(message(path.join(folder, "other"))).toBe("../missing: the folder doesn't exist.");
  });

  test("a socket", async () => {
    const folder = context();
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(path.join(folder, "s"), resolve));
    try {
      expect(problemOf(folder)).toBe("MOOR254 F/s: it is a socket, pipe or device.");
    } finally {
      server.close();
    }
  });

  test("more than 2 GiB", () => {
    const folder = context({ big: "" });
    fs.truncateSync(path.join(folder, "big"), 2.5 * 1024 ** 3);
    expect(problemOf(folder)).toBe("MOOR253 F: the size of the files is 2.5 GiB. The limit is 2 GiB.");
  });

  test("more than 100,000 files", () => {
    const folder = context();
    const spy = jest.spyOn(fs, "readdirSync").mockImplementation(() => Array.from({ length: 100_001 }, (_, index) => `f${index}`) as never);
    const stat = jest.spyOn(fs, "lstatSync").mockReturnValue(fs.lstatSync(path.join(folder, "Dockerfile")));
    try {
      expect(problemOf(folder)).toBe("MOOR253 F: the folder contains more than 100,000 files and folders.");
    } finally {
      spy.mockRestore();
      stat.mockRestore();
    }
  });

  test("a name that is not UTF-8", () => {
    const folder = context();
    fs.writeFileSync(Buffer.concat([Buffer.from(`${folder}/x`), Buffer.from([0xff])]), "");
    expect(problemOf(folder)).toBe('MOOR254 F: the name of the file "x\uFFFD" is not valid UTF-8.');
  });

  test("an unreadable folder", () => {
    const folder = context({ "d/x": "" });
    const read = fs.readdirSync;
    const spy = jest.spyOn(fs, "readdirSync").mockImplementation(((file: string) => {
      if (file === path.join(folder, "d")) throw Object.assign(new Error("denied"), { code: "EACCES" });
      return read(file);
    }) as never);
    try {
      expect(problemOf(folder)).toBe("MOOR254 F/d: the folder can't be read (EACCES).");
    } finally {
      spy.mockRestore();
    }
  });
});
