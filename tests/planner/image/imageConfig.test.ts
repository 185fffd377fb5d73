// The expected configurations follow https://docs.docker.com/reference/dockerfile/ and BuildKit's dockerfile2llb/convert.go.
import { layeredImage } from "../../../planner/image";
import { layerFolder, removeFolders, savedFiles } from "./layerFolder";

afterEach(removeFolders);

/** `config` of the image's configuration. */
function configOf(lines: readonly string[], base: object = {}): unknown {
  const image = layeredImage(layerFolder(lines, {}, savedFiles({ config: { config: base } })));
  return JSON.parse(Buffer.from(image.config.bytes).toString("utf8")).config;
}

test.each<{ readonly name: string; readonly base?: object; readonly lines: readonly string[]; readonly config: object }>([
  { name: "no instruction", base: { Env: ["A=1"], Cmd: ["x"] }, lines: [], config: { Env: ["A=1"], Cmd: ["x"] } },
  {
    name: "settings of the base that no instruction sets stay",
    base: { Healthcheck: { Test: ["NONE"] }, Volumes: { "/data": {} }, StopSignal: "SIGINT", Cmd: null },
    lines: ["USER 1"],
    config: { Healthcheck: { Test: ["NONE"] }, Volumes: { "/data": {} }, StopSignal: "SIGINT", Cmd: null, User: "1" },
  },
  { name: "ENV", lines: ["ENV A=1 B=two"], config: { Env: ["A=1", "B=two"] } },
  { name: "ENV with quotes", lines: [`ENV A="x y" B='$A' C=x\\ y`], config: { Env: ["A=x y", "B=$A", "C=x y"] } },
  { name: "ENV in the old form", lines: ["ENV A x  y"], config: { Env: ["A=x  y"] } },
  { name: "ENV that replaces", base: { Env: ["A=1", "B=2"] }, lines: ["ENV A=3"], config: { Env: ["A=3", "B=2"] } },
  { name: "ENV with a value of the base", base: { Env: ["P=/bin"] }, lines: ["ENV P=/opt:$P"], config: { Env: ["P=/opt:/bin"] } },
  {
    name: "ENV uses the values before the instruction",
    lines: ["ENV A=1", "ENV A=2 B=$A", "ENV C=$A"],
    config: { Env: ["A=2", "B=1", "C=2"] },
  },
  { name: "ENV with an empty value and an equals sign", lines: ["ENV A= B=x=y"], config: { Env: ["A=", "B=x=y"] } },
  { name: "ENV over lines", lines: ["ENV A=1 \\", "# comment", "", "  B=2"], config: { Env: ["A=1", "B=2"] } },
  { name: "an instruction in small letters", lines: ["env A=1"], config: { Env: ["A=1"] } },
  { name: "USER", base: { User: "x" }, lines: ["USER 2000:0"], config: { User: "2000:0" } },
  { name: "USER with a name", lines: ["USER someone"], config: { User: "someone" } },
  { name: "WORKDIR", lines: ["WORKDIR /opt/moor/"], config: { WorkingDir: "/opt/moor" } },
  { name: "relative WORKDIR", base: { WorkingDir: "/work" }, lines: ["WORKDIR a", "WORKDIR ../b"], config: { WorkingDir: "/work/b" } },
  { name: "WORKDIR above the root", lines: ["WORKDIR ../.."], config: { WorkingDir: "/" } },
  {
    name: "WORKDIR with a variable",
    base: { Env: ["D=/srv/x"] },
    lines: ["WORKDIR $D/y"],
    config: { Env: ["D=/srv/x"], WorkingDir: "/srv/x/y" },
  },
  {
    name: "EXPOSE",
    base: { ExposedPorts: { "22/tcp": {} } },
    lines: ["EXPOSE 8000 53/UDP 90-91"],
    config: { ExposedPorts: { "22/tcp": {}, "8000/tcp": {}, "53/udp": {}, "90/tcp": {}, "91/tcp": {} } },
  },
  {
    name: "EXPOSE with a variable",
    base: { Env: ["P=1 2"] },
    lines: ["EXPOSE $P"],
    config: { Env: ["P=1 2"], ExposedPorts: { "1/tcp": {}, "2/tcp": {} } },
  },
  { name: "ENTRYPOINT in exec form", lines: ['ENTRYPOINT ["a", "b\\"c", "$A"]'], config: { Entrypoint: ["a", 'b"c', "$A"] } },
  { name: "ENTRYPOINT in shell form", lines: ["ENTRYPOINT exec $A  b"], config: { Entrypoint: ["/bin/sh", "-c", "exec $A  b"] } },
  {
    name: "shell form with the base's shell",
    base: { Shell: ["bash", "-c"] },
    lines: ["CMD a"],
    config: { Shell: ["bash", "-c"], Cmd: ["bash", "-c", "a"] },
  },
  {
    name: "ENTRYPOINT removes the base's CMD",
    base: { Entrypoint: ["x"], Cmd: ["y"] },
    lines: ['ENTRYPOINT ["a"]'],
    config: { Entrypoint: ["a"] },
  },
  {
    name: "ENTRYPOINT keeps an own CMD",
    base: { Cmd: ["y"] },
    lines: ['CMD ["b"]', 'ENTRYPOINT ["a"]'],
    config: { Entrypoint: ["a"], Cmd: ["b"] },
  },
  { name: "CMD keeps the base's ENTRYPOINT", base: { Entrypoint: ["x"], Cmd: ["y"] }, lines: ["CMD []"], config: { Entrypoint: ["x"] } },
  { name: "empty ENTRYPOINT", base: { Entrypoint: ["x"], Cmd: ["y"] }, lines: ["ENTRYPOINT []"], config: {} },
  {
    name: "LABEL",
    base: { Labels: { a: "1", b: "2" }, Env: ["V=v"] },
    lines: ['LABEL a=x "c d"="e f" g=$V', "LABEL old form"],
    config: { Labels: { a: "x", b: "2", "c d": "e f", g: "v", old: "form" }, Env: ["V=v"] },
  },
])("$name", ({ lines, base, config }) => {
  expect(configOf(lines, base)).toEqual(config);
});

test("a base without settings gets them", () => {
  const image = layeredImage(layerFolder(["USER 1"], {}, savedFiles({ config: { config: null, history: undefined, created: undefined } })));
  expect(JSON.parse(Buffer.from(image.config.bytes).toString("utf8"))).toEqual({
    architecture: "amd64",
    os: "linux",
    config: { User: "1" },
    rootfs: { type: "layers", diff_ids: [expect.stringMatching(/^sha256:[0-9a-f]{64}$/)] },
  });
});

test("without files, the image has the layers of the base", () => {
  const image = layeredImage(layerFolder(["USER 1", "COPY empty/ /opt"], { "empty/": "" }));
  expect(JSON.parse(Buffer.from(image.manifest.bytes).toString("utf8")).layers).toHaveLength(1);
  expect(JSON.parse(Buffer.from(image.config.bytes).toString("utf8")).history).toEqual([
    { created: "2026-01-02T03:04:05Z", created_by: "base" },
    { created: "2026-01-02T03:04:05Z", created_by: "USER 1; COPY empty/ /opt", empty_layer: true },
  ]);
  expect(image.files).toEqual({});
});
