// Proves which Dockerfiles, saved bases and files are rejected for a layered image, with the message of each. Doesn't prove that accepted
// images are correct: layer.test.ts and tests/docker/layered.test.ts do.
import * as fs from "node:fs";
import { createServer } from "node:net";
import * as path from "node:path";
import * as fc from "fast-check";
import { PlanError } from "../../../planner/codes";
import { layeredImage } from "../../../planner/image";
import { digestOf, layerFolder, removeFolders, type SavedFiles, savedFiles, temporaryFolder, writeFiles } from "./layerFolder";

// A module whose functions can be replaced.
jest.mock("node:fs", () => ({ __esModule: true, ...jest.requireActual("node:fs") }));

afterEach(removeFolders);

/** Code and message of the problem, with `F` for the folder. */
function problemOf(folder: string): string {
  try {
    layeredImage(folder);
  } catch (error) {
    if (error instanceof PlanError) return `${error.problem.code} ${error.problem.message.replaceAll(folder, "F")}`;
    throw error;
  }
  return "no problem";
}

const files = { a: "A", "d/x": "X", "only/.keep": "" };

// The first line of the Dockerfile is FROM.
test.each<[string | readonly string[], string]>([
  ["RUN make", "MOOR241 F/Dockerfile: line 2: RUN needs a build."],
  [["ADD a /", "USER 1", "VOLUME /x", "run x"], "MOOR241 F/Dockerfile: line 2: ADD; line 4: VOLUME; line 5: RUN needs a build."],
  ["HEALTHCHECK NONE", "MOOR241 F/Dockerfile: line 2: HEALTHCHECK."],
  ['SHELL ["a"]', "MOOR241 F/Dockerfile: line 2: SHELL."],
  ["STOPSIGNAL 9", "MOOR241 F/Dockerfile: line 2: STOPSIGNAL."],
  ["ONBUILD USER 1", "MOOR241 F/Dockerfile: line 2: ONBUILD."],
  ["MAINTAINER me", "MOOR241 F/Dockerfile: line 2: MAINTAINER."],
  ["WHAT is this", "MOOR241 F/Dockerfile: line 2: WHAT."],
  ["FROM scratch", "MOOR241 F/Dockerfile: line 2: a second FROM."],
  ["ARG A=1", "MOOR241 F/Dockerfile: line 2: ARG after FROM (use ENV)."],
  ["COPY --from=x a /", "MOOR241 F/Dockerfile: line 2: COPY --from."],
  ["COPY --link a /", "MOOR241 F/Dockerfile: line 2: COPY --link."],
  ["ENV --x A=1", "MOOR241 F/Dockerfile: line 2: ENV --x."],
  [["COPY <<EOF /x", "text", "EOF"], "MOOR241 F/Dockerfile: line 2: COPY with a here-document."],
  ["ENV", "MOOR242 F/Dockerfile, line 2: ENV has no arguments. Write ENV NAME=value."],
  ["ENV A", "MOOR242 F/Dockerfile, line 2: ENV A has no value. Write ENV A=value."],
  ["ENV A=1 B", 'MOOR242 F/Dockerfile, line 2: "B" has no "=". Write NAME=value, and quote a value with spaces.'],
  ["ENV =1", "MOOR242 F/Dockerfile, line 2: ENV has an empty argument."],
  ['ENV A="1', 'MOOR242 F/Dockerfile, line 2: ""1" has no closing ".'],
  ["USER", "MOOR242 F/Dockerfile, line 2: USER has an empty argument."],
  ["USER a b", "MOOR242 F/Dockerfile, line 2: USER takes one argument without spaces."],
  ["WORKDIR $UNSET", "MOOR242 F/Dockerfile, line 2: WORKDIR has an empty argument."],
  [
    ["USER vllm", "WORKDIR /n"],
    'MOOR249 F/Dockerfile, line 3: WORKDIR creates /n for the user "vllm", whose numeric ID is not known. Set USER to a number before WORKDIR.',
  ],
  ["EXPOSE", "MOOR242 F/Dockerfile, line 2: EXPOSE has no arguments. Write EXPOSE 8000."],
  [
    "EXPOSE 8080:80",
    'MOOR242 F/Dockerfile, line 2: "8080:80" is not a port. Write a number from 1 to 65535, a range such as 8000-8002, or 8000/udp.',
  ],
  [
    "EXPOSE 70000",
    'MOOR242 F/Dockerfile, line 2: "70000" is not a port. Write a number from 1 to 65535, a range such as 8000-8002, or 8000/udp.',
  ],
  [
    "CMD ['a']",
    'MOOR242 F/Dockerfile, line 2: CMD starts with "[" and is not a JSON list of strings. Use double quotes: CMD ["program", "argument"].',
  ],
  ["CMD", "MOOR242 F/Dockerfile, line 2: CMD has no arguments."],
  ["COPY a", "MOOR242 F/Dockerfile, line 2: COPY needs at least one source and a destination."],
  ["COPY a $UNSET", "MOOR242 F/Dockerfile, line 2: COPY has an empty argument."],
  [
    "COPY --chown=user a /",
    "MOOR242 F/Dockerfile, line 2: --chown=user is not supported in a layer. Use numbers up to 2097151: --chown=2000:0.",
  ],
  ["COPY --chown= a /", "MOOR242 F/Dockerfile, line 2: --chown= is not supported in a layer. Use numbers up to 2097151: --chown=2000:0."],
  [
    "COPY --chown=2097152 a /",
    "MOOR242 F/Dockerfile, line 2: --chown=2097152 is not supported in a layer. Use numbers up to 2097151: --chown=2000:0.",
  ],
  ["COPY --chmod=u+x a /", "MOOR242 F/Dockerfile, line 2: --chmod=u+x is not supported in a layer. Use an octal number: --chmod=755."],
  ["COPY [x a /", 'MOOR242 F/Dockerfile, line 2: "[x" has no closing "]".'],
  ["COPY missing /", 'MOOR247 F/Dockerfile, line 2: "missing" doesn\'t exist or is excluded.'],
  ["COPY d/missing /", 'MOOR247 F/Dockerfile, line 2: "d/missing" doesn\'t exist or is excluded.'],
  ["COPY a/x /", 'MOOR247 F/Dockerfile, line 2: "a/x" doesn\'t exist or is excluded.'],
  ["COPY *.none /", 'MOOR247 F/Dockerfile, line 2: "*.none" matches no file.'],
  ["COPY base/config.json /", 'MOOR247 F/Dockerfile, line 2: "base/config.json" doesn\'t exist or is excluded.'],
  ["COPY ../x /", 'MOOR247 F/Dockerfile, line 2: "../x" is outside the folder of the Dockerfile.'],
  ["COPY d/../../x /", 'MOOR247 F/Dockerfile, line 2: "d/../../x" is outside the folder of the Dockerfile.'],
  [
    "COPY a d/x /opt",
    "MOOR249 F/Dockerfile, line 2: COPY has 2 sources, so its destination must be a folder that ends with a slash: /opt/.",
  ],
  [
    "COPY a /bin/",
    "MOOR249 F/Dockerfile, line 2: /bin is a symbolic link to /usr/bin in many images, and the layer would replace it. Use /usr/bin.",
  ],
  [
    "COPY a /var/run/x/y",
    "MOOR249 F/Dockerfile, line 2: /var/run is a symbolic link to /run in many images, and the layer would replace it. Use /run.",
  ],
  [
    "COPY a /opt/.wh.b",
    'MOOR249 F/Dockerfile, line 2: the name of /opt/.wh.b starts with ".wh.". In a layer, such a file deletes another file.',
  ],
  [["COPY a /n", "COPY a /n/x"], "MOOR249 F/Dockerfile, line 3: /n is a file that an earlier COPY wrote."],
  [["COPY a /n", "COPY d /n"], "MOOR249 F/Dockerfile, line 3: /n is a file that an earlier COPY wrote."],
  [["COPY d /n/x", "COPY d /n"], "MOOR249 F/Dockerfile, line 3: /n/x is a directory. A file can't replace it."],
])("%j", (lines, message) => {
  expect(problemOf(layerFolder([lines].flat(), files))).toBe(message);
});

describe("FROM", () => {
  const digest = digestOf("x");

  function problemOfDockerfile(text: string): string {
    const folder = temporaryFolder();
    writeFiles(folder, { Dockerfile: text });
    return problemOf(folder);
  }

  test.each([
    ["", "MOOR243 F/Dockerfile: the Dockerfile has no FROM."],
    ["USER 1", "MOOR241 F/Dockerfile: line 1: USER before FROM."],
    [
      "FROM",
      'MOOR243 F/Dockerfile, line 1: "" is not <registry>/<repository>@sha256:<64 hexadecimal digits> with the host name of a registry that Azure can reach.',
    ],
    [
      "FROM scratch",
      'MOOR243 F/Dockerfile, line 1: "scratch" is not <registry>/<repository>@sha256:<64 hexadecimal digits> with the host name of a registry that Azure can reach.',
    ],
    [
      "FROM docker.io/a/b:1",
      'MOOR243 F/Dockerfile, line 1: "docker.io/a/b:1" is not <registry>/<repository>@sha256:<64 hexadecimal digits> with the host name of a registry that Azure can reach.',
    ],
    [
      `FROM python@${digest}`,
      `MOOR243 F/Dockerfile, line 1: "python@${digest}" is not <registry>/<repository>@sha256:<64 hexadecimal digits> with the host name of a registry that Azure can reach.`,
    ],
    [
      "ARG BASE\nFROM $BASE",
      'MOOR243 F/Dockerfile, line 2: "" is not <registry>/<repository>@sha256:<64 hexadecimal digits> with the host name of a registry that Azure can reach.',
    ],
    ["ARG A='x\nFROM $A", "MOOR242 F/Dockerfile, line 1: \"'x\" has no closing '."],
    [
      `FROM --platform=linux/arm64 docker.io/a@${digest}`,
      "MOOR243 F/Dockerfile, line 1: --platform=linux/arm64: Azure runs linux/amd64. Remove the flag.",
    ],
    [
      `FROM docker.io/a@${digest} x`,
      `MOOR242 F/Dockerfile, line 1: "FROM docker.io/a@${digest} x" has unexpected arguments. Write FROM <image>.`,
    ],
    [`# escape=\`\nFROM docker.io/a@${digest}`, 'MOOR241 F/Dockerfile: line 1: parser directive "escape".'],
    [`# syntax=docker/dockerfile:1\nFROM docker.io/a@${digest}`, 'MOOR241 F/Dockerfile: line 1: parser directive "syntax".'],
    [
      `FROM docker.io/a@${digest}`,
      "MOOR244 F/base/manifest.json: the file doesn't exist. To save the base, run `npm run renew -- base F`.",
    ],
  ])("%j", (text, message) => {
    expect(problemOfDockerfile(text)).toBe(message);
  });

  test.each([
    (reference: string) => `ARG BASE=${reference}\nFROM \${BASE}`,
    (reference: string) => `ARG HOST=docker.io\nARG BASE=$HOST/${reference.slice("docker.io/".length)}\nFROM $BASE AS final`,
    (reference: string) => `\uFEFFFROM --platform=linux/amd64 ${reference}\r\nUSER 1\r\n`,
  ])("form %# is accepted", (dockerfile) => {
    const base = savedFiles();
    const folder = layerFolder([], { Dockerfile: dockerfile(base.reference) }, base);
    expect(layeredImage(folder).base.digest).toBe(digestOf(base.manifest));
  });
});

describe("the saved base", () => {
  function problemWith(base: SavedFiles, change: (folder: string) => void = () => {}): string {
    const folder = layerFolder(["USER 1"], {}, base);
    change(folder);
    return problemOf(folder);
  }

  test("configuration is missing", () => {
    const remove = (folder: string) => fs.rmSync(path.join(folder, "base/config.json"));
    expect(problemWith(savedFiles(), remove)).toBe(
      "MOOR244 F/base/config.json: the file doesn't exist. To save the base, run `npm run renew -- base F`.",
    );
  });

  test("a file is a folder", () => {
    const replace = (folder: string) => {
      fs.rmSync(path.join(folder, "base/config.json"));
      fs.mkdirSync(path.join(folder, "base/config.json"));
    };
    expect(problemWith(savedFiles(), replace)).toBe(
      "MOOR244 F/base/config.json: the file can't be read (EISDIR). To save the base, run `npm run renew -- base F`.",
    );
  });

  test.each(["manifest", "config"] as const)("%s with a changed byte", (part) => {
    const base = savedFiles();
    const message = problemWith(base, (folder) => fs.appendFileSync(path.join(folder, `base/${part}.json`), "\n"));
    const expected = digestOf(base[part]);
    const named = part === "manifest" ? `The digest in FROM is ${expected}.` : `The digest in the manifest is ${expected}.`;
    expect(message).toBe(`MOOR245 F/base/${part}.json: the digest of the file is ${digestOf(`${base[part]}\n`)}. ${named}`);
  });

  test.each([
    [savedFiles({ config: { architecture: "arm64" } }), "MOOR246 F/base/config.json: the image is for linux/arm64."],
    [savedFiles({ config: { os: "windows" } }), "MOOR246 F/base/config.json: the image is for windows/amd64."],
    [
      savedFiles({ config: { rootfs: { type: "layers", diff_ids: [] } } }),
      "MOOR246 F/base/config.json: the configuration has 0 layers, but the manifest has 1.",
    ],
    [
      savedFiles({ config: { rootfs: undefined } }),
      "MOOR246 F/base/config.json: the file is not an image configuration: rootfs: Invalid input: expected object, received undefined.",
    ],
    [
      savedFiles({ manifest: { mediaType: "application/vnd.oci.image.index.v1+json", manifests: [] } }),
      "MOOR246 F/base/manifest.json: the digest in FROM refers to an image index (a multi-platform image). Use the digest of its linux/amd64 manifest.",
    ],
    [
      savedFiles({ manifest: { schemaVersion: 1 } }),
      "MOOR246 F/base/manifest.json: the file is not an image manifest (OCI or Docker schema 2): schemaVersion: Invalid input: expected 2.",
    ],
    [
      savedFiles({ config: { config: { OnBuild: ["RUN x"] } } }),
      "MOOR241 F/Dockerfile: the base has ONBUILD instructions, which run only in a build.",
    ],
  ])("case %#", (base, message) => {
    expect(problemWith(base)).toBe(message);
  });

  test("not JSON", () => {
    const text = "<html>";
    const base = { ...savedFiles(), manifest: text, reference: `docker.io/a@${digestOf(text)}` };
    expect(problemWith(base)).toBe("MOOR246 F/base/manifest.json: the file is not JSON.");
  });
});

describe("files", () => {
  test("the Dockerfile is missing or a folder", () => {
    const folder = temporaryFolder();
    expect(problemOf(folder)).toBe("MOOR240 F/Dockerfile: the file doesn't exist.");
    fs.mkdirSync(path.join(folder, "Dockerfile"));
    expect(problemOf(folder)).toBe("MOOR240 F/Dockerfile: the file can't be read (EISDIR).");
    expect(problemOf(path.join(folder, "missing"))).toBe("MOOR240 F/missing/Dockerfile: the file doesn't exist.".replace("F/missing", "F"));
  });

  test("a socket", async () => {
    const folder = layerFolder(["COPY s /"], files);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(path.join(folder, "s"), resolve));
    try {
      expect(problemOf(folder)).toBe(
        "MOOR249 F/Dockerfile, line 2: s is a socket, pipe or device. A layer contains files, folders and symbolic links.",
      );
    } finally {
      server.close();
    }
  });

  test.each([
    ["a", "../outside", '"link" is a symbolic link to ../outside, outside the folder of the Dockerfile.'],
    ["a", "/etc/passwd", '"link" is a symbolic link to /etc/passwd, outside the folder of the Dockerfile.'],
    ["a", "link", '"link" is a loop of symbolic links.'],
    ["a", "missing", '"link" doesn\'t exist or is excluded.'],
    ["a", "base/config.json", '"link" doesn\'t exist or is excluded.'],
  ])("a symbolic link (case %#)", (_, target, message) => {
    const folder = layerFolder(["COPY link /opt/"], files);
    fs.symlinkSync(target, path.join(folder, "link"));
    expect(problemOf(folder)).toBe(`MOOR247 F/Dockerfile, line 2: ${message}`);
  });

  test("a file that .dockerignore excludes", () => {
    expect(problemOf(layerFolder(["COPY a /opt/"], { ...files, ".dockerignore": "a\n" }))).toBe(
      'MOOR247 F/Dockerfile, line 2: "a" doesn\'t exist or is excluded.',
    );
  });

  test("an invalid pattern in .dockerignore", () => {
    expect(problemOf(layerFolder(["COPY a /opt/"], { ...files, ".dockerignore": "x(\n" }))).toMatch(
      /^MOOR255 F\/\.dockerignore: a pattern is not valid: Invalid regular expression/,
    );
  });

  test("a file that changes while it is read", () => {
    const folder = layerFolder(["COPY a /opt/"], files);
    const read = fs.readFileSync;
    const spy = jest.spyOn(fs, "readFileSync").mockImplementation((file, options) => {
      const content = read(file, options);
      if (typeof file === "number") fs.writeFileSync(path.join(folder, "a"), "longer");
      return content;
    });
    try {
      expect(problemOf(folder)).toBe(
        "MOOR248 F/a: the file changed while it was read. Run the command again when no program writes to it.",
      );
    } finally {
      spy.mockRestore();
    }
  });

  test("an unreadable file", () => {
    const folder = layerFolder(["COPY a /opt/"], files);
    const open = fs.openSync;
    const spy = jest.spyOn(fs, "openSync").mockImplementation((file, ...rest) => {
      if (file === path.join(folder, "a")) throw Object.assign(new Error("denied"), { code: "EACCES" });
      return open(file, ...rest);
    });
    try {
      expect(problemOf(folder)).toBe("MOOR248 F/a: the file can't be read (EACCES).");
    } finally {
      spy.mockRestore();
    }
  });

  test("more than 256 MiB", () => {
    const folder = layerFolder(["COPY big /opt/1", "COPY big /opt/2"], files);
    fs.writeFileSync(path.join(folder, "big"), "");
    fs.truncateSync(path.join(folder, "big"), 129 * 1024 * 1024);
    expect(problemOf(folder)).toBe("MOOR250 F: the files are larger than 256 MiB.");
    fs.truncateSync(path.join(folder, "big"), 5 * 1024 ** 3);
    expect(problemOf(folder)).toBe("MOOR250 F: the files are larger than 256 MiB.");
  });
});

test("any text gives an image or a problem", () => {
  const word = fc.constantFrom(
    "a",
    "*",
    "[a",
    "..",
    "/",
    "$A",
    "${A:-x}",
    "${",
    "'",
    '"',
    "\\",
    "\n",
    " ",
    "=",
    "A=1",
    "--chown=1",
    "--x",
    "<<E",
    "#",
    "/bin/",
    ".wh.x",
    "[",
    '["a"]',
    "\0",
    "8000",
    "__proto__",
  );
  const keyword = fc.constantFrom(
    "ENV",
    "COPY",
    "COPY a",
    "COPY d",
    "USER",
    "WORKDIR",
    "EXPOSE",
    "CMD",
    "ENTRYPOINT",
    "LABEL",
    "ARG",
    "X",
    "# escape=`",
  );
  const line = fc.tuple(keyword, fc.array(word, { maxLength: 4 })).map(([first, rest]) => `${first} ${rest.join("")}`);
  const folder = layerFolder([], files);
  const from = fs.readFileSync(path.join(folder, "Dockerfile"), "utf8");
  fc.assert(
    fc.property(fc.array(line, { maxLength: 3 }), fc.boolean(), (lines, first) => {
      fs.writeFileSync(path.join(folder, "Dockerfile"), first ? from + lines.join("\n") : `${lines.join("\n")}\n${from}`);
      expect(problemOf(folder)).toMatch(/^(no problem|MOOR2[45]\d F)/);
    }),
    { numRuns: 300 },
  );
});
