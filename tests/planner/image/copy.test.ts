// Proves which entries COPY and WORKDIR add to a layer. tests/docker/layered.test.ts compares them with buildah's; this suite doesn't.
import * as fs from "node:fs";
import * as path from "node:path";
import { layeredImage } from "../../../planner/image";
import { layerFolder, removeFolders, savedFiles } from "./layerFolder";
import { entriesOf } from "./tarEntries";

afterEach(removeFolders);

/** One line for each entry: mode, owner, name, and target or content. */
async function listing(
  lines: readonly string[],
  files: Readonly<Record<string, string>>,
  prepare: (folder: string) => void = () => {},
  base: object = {},
) {
  const folder = layerFolder(lines, files, savedFiles({ config: { config: base } }));
  prepare(folder);
  const entries = await entriesOf(layeredImage(folder).layer.bytes);
  return entries.map(({ name, mode, uid, gid, type, content, target }) =>
    [mode.toString(8), `${uid}:${gid}`, name, ...(type === "symlink" ? ["->", target] : []), ...(content ? [content] : [])].join(" "),
  );
}

const files = { "a.txt": "A", "b.txt": "B", "d/x": "X", "d/e/y": "Y", "d/empty/": "" };

test.each<{ readonly lines: readonly string[]; readonly base?: object; readonly entries: readonly string[] }>([
  { lines: ["COPY a.txt /opt/a"], entries: ["644 0:0 opt/a A"] },
  { lines: ["COPY a.txt /opt"], entries: ["644 0:0 opt/a.txt A"] },
  { lines: ["COPY a.txt /new"], entries: ["644 0:0 new A"] },
  { lines: ["COPY a.txt /new/"], entries: ["755 0:0 new/", "644 0:0 new/a.txt A"] },
  { lines: ["COPY a.txt b.txt /opt/n/"], entries: ["755 0:0 opt/n/", "644 0:0 opt/n/a.txt A", "644 0:0 opt/n/b.txt B"] },
  { lines: ["COPY *.txt /opt/"], entries: ["644 0:0 opt/a.txt A", "644 0:0 opt/b.txt B"] },
  { lines: ["COPY d /opt/"], entries: ["755 0:0 opt/e/", "644 0:0 opt/e/y Y", "755 0:0 opt/empty/", "644 0:0 opt/x X"] },
  { lines: ["COPY ./d/e/ /n"], entries: ["755 0:0 n/", "644 0:0 n/y Y"] },
  { lines: ["COPY /a.txt /opt/"], entries: ["644 0:0 opt/a.txt A"] },
  { lines: ["COPY a.txt ."], entries: ["644 0:0 a.txt A"] },
  { lines: ["COPY a.txt ."], base: { WorkingDir: "/w/x" }, entries: ["644 0:0 w/x/a.txt A"] },
  { lines: ["COPY a.txt y/z"], base: { WorkingDir: "/w/x" }, entries: ["755 0:0 w/x/y/", "644 0:0 w/x/y/z A"] },
  { lines: ["COPY a.txt ../z"], base: { WorkingDir: "/w/x" }, entries: ["644 0:0 w/z A"] },
  { lines: ["COPY a.txt /tmp/"], entries: ["1777 0:0 tmp/", "644 0:0 tmp/a.txt A"] },
  { lines: ["COPY --chown=7 a.txt /var/tmp/q/"], entries: ["1777 0:0 var/tmp/", "755 7:7 var/tmp/q/", "644 7:7 var/tmp/q/a.txt A"] },
  { lines: ["COPY --chown=7:8 --chmod=0400 d/e /n/m"], entries: ["755 7:8 n/", "755 7:8 n/m/", "400 7:8 n/m/y Y"] },
  { lines: ["COPY --chmod=750 d /n"], entries: ["755 0:0 n/", "750 0:0 n/e/", "750 0:0 n/e/y Y", "750 0:0 n/empty/", "750 0:0 n/x X"] },
  { lines: ["COPY --chown=2097151:0 a.txt /n"], entries: ["644 2097151:0 n A"] },
  { lines: ["COPY a.txt /n", "COPY --chown=1:2 b.txt /n"], entries: ["644 1:2 n B"] },
  { lines: ["COPY --chown=1:1 a.txt /n/", "COPY b.txt /n"], entries: ["755 1:1 n/", "644 1:1 n/a.txt A", "644 0:0 n/b.txt B"] },
  { lines: ["WORKDIR /n/m"], entries: ["755 0:0 n/", "755 0:0 n/m/"] },
  { lines: ["USER 5:6", "WORKDIR /n/m", "USER root", "WORKDIR /q"], entries: ["755 5:6 n/", "755 5:6 n/m/", "755 0:0 q/"] },
  { lines: ["USER someone", "WORKDIR /opt", "WORKDIR /w"], base: { WorkingDir: "/w" }, entries: [] },
  {
    lines: ["COPY . /n/"],
    entries: [
      "755 0:0 n/",
      "644 0:0 n/Dockerfile *",
      "644 0:0 n/a.txt A",
      "644 0:0 n/b.txt B",
      "755 0:0 n/d/",
      "755 0:0 n/d/e/",
      "644 0:0 n/d/e/y Y",
      "755 0:0 n/d/empty/",
      "644 0:0 n/d/x X",
    ],
  },
])("$lines", async ({ lines, base, entries }) => {
  const found = await listing(lines, files, undefined, base);
  expect(found.map((line) => line.replace(/(Dockerfile) FROM.*/s, "$1 *"))).toEqual(entries);
});

test("modes are normalized", async () => {
  const prepare = (folder: string) => {
    fs.chmodSync(path.join(folder, "a.txt"), 0o600);
    fs.chmodSync(path.join(folder, "b.txt"), 0o4711);
    fs.chmodSync(path.join(folder, "d"), 0o700);
    fs.chmodSync(path.join(folder, "d/x"), 0o070);
  };
  expect(await listing(["COPY a.txt b.txt /n/", "COPY d/x d/e /n/d/"], files, prepare)).toEqual([
    "755 0:0 n/",
    "644 0:0 n/a.txt A",
    "755 0:0 n/b.txt B",
    "755 0:0 n/d/",
    "644 0:0 n/d/x X",
    "644 0:0 n/d/y Y",
  ]);
});

test("a symbolic link in a folder stays one, and a link that COPY names is followed", async () => {
  const prepare = (folder: string) => {
    fs.symlinkSync("/etc/passwd", path.join(folder, "d/absolute"));
    fs.symlinkSync("missing", path.join(folder, "d/dangling"));
    fs.symlinkSync("d/e", path.join(folder, "folder"));
    fs.symlinkSync("folder/y", path.join(folder, "chain"));
  };
  expect(await listing(["COPY --chown=1:2 d /n", "COPY folder /f", "COPY chain /opt/", "COPY folder/y /opt/z"], files, prepare)).toEqual([
    "755 0:0 f/",
    "644 0:0 f/y Y",
    "755 1:2 n/",
    "777 1:2 n/absolute -> /etc/passwd",
    "777 1:2 n/dangling -> missing",
    "755 1:2 n/e/",
    "644 1:2 n/e/y Y",
    "755 1:2 n/empty/",
    "644 1:2 n/x X",
    "644 0:0 opt/chain Y",
    "644 0:0 opt/z Y",
  ]);
});

test(".dockerignore excludes files with regard to case, and includes exceptions again", async () => {
  const ignore = "# comment\n*\n!d/e\n!A.TXT\n!b.*\n";
  expect(await listing(["COPY . /n"], { ...files, ".dockerignore": ignore })).toEqual([
    "755 0:0 n/",
    "644 0:0 n/b.txt B",
    "755 0:0 n/d/",
    "755 0:0 n/d/e/",
    "644 0:0 n/d/e/y Y",
  ]);
});

test("names that a tar header can't hold are kept", async () => {
  const long = `${"long-".repeat(30)}/${"name-".repeat(30)}ü`;
  const found = await listing(["COPY . /n"], { [long]: "L", ü: "U", ".dockerignore": "Dockerfile\n.dockerignore\n" });
  expect(found).toEqual(["755 0:0 n/", `755 0:0 n/${long.split("/")[0]}/`, `644 0:0 n/${long} L`, "644 0:0 n/ü U"]);
});

test("Dockerfile.dockerignore replaces .dockerignore", async () => {
  const ignore = { "Dockerfile.dockerignore": "Dockerfile*\n.dockerignore\nd\n", ".dockerignore": "*\n" };
  expect(await listing(["COPY . /n"], { ...files, ...ignore })).toEqual(["755 0:0 n/", "644 0:0 n/a.txt A", "644 0:0 n/b.txt B"]);
});
