/**
 * Defers modules that the program's packages load at start and that the program doesn't use. Loading them takes longer than loading all other
 * modules. A deferred module is loaded when one of its exports is first used, so no function is lost.
 */
const Module = require("node:module");
const path = require("node:path");

/** Deferred modules by the file that requires them, with the functions that the file reads from the module immediately. */
const deferred = {
  "@pulumi/pulumi/index.js": { "./automation": [] },
  // Serialization of functions, for dynamic providers: it loads the TypeScript compiler and npm's dependency resolver.
  "@pulumi/pulumi/runtime/index.js": {
    "./closure/serializeClosure": ["serializeFunction", "serializeFunctionAsync"],
    "./closure/codePaths": ["computeCodePaths"],
  },
  // `pulumi --tracing`
  "@pulumi/pulumi/cmd/run/tracing.js": {
    "@opentelemetry/resources": [],
    "@opentelemetry/sdk-trace-base": [],
    "@opentelemetry/exporter-zipkin": [],
    "@opentelemetry/instrumentation-grpc": [],
    "@opentelemetry/sdk-trace-node": [],
    "@opentelemetry/instrumentation": [],
  },
  // Error messages in fifty languages.
  "zod/v4/core/index.cjs": { "../locales/index.cjs": [] },
  "zod/v4/classic/external.cjs": { "../locales/index.cjs": [] },
};

/** A debugger session that finds the file of a function that can't be serialized, for the error message. It slows down all loaded code. */
const debuggerSession = { importer: "@pulumi/pulumi/cmd/run/index.js", request: "../../runtime/closure/v8Hooks" };

/** Defers these modules in this process. */
function deferModules() {
  const load = Module._load;
  Module._load = function (request, parent, isMain) {
    const importer = nameInPackages(parent?.filename);
    if (importer === debuggerSession.importer && request === debuggerSession.request) return { isInitializedAsync: async () => {} };
    const functions = deferred[importer]?.[request];
    if (functions === undefined) return load.call(this, request, parent, isMain);
    let exported;
    return standIn(() => (exported ??= load.call(Module, request, parent, false)), functions);
  };
}

/** The path of a file relative to its `node_modules` folder. */
function nameInPackages(file) {
  const folder = `${path.sep}node_modules${path.sep}`;
  const at = file?.lastIndexOf(folder) ?? -1;
  return at === -1 ? undefined : file.slice(at + folder.length).replaceAll(path.sep, "/");
}

/** A substitute for a module's exports. `__esModule` is set, because importers read it first. */
function standIn(exported, functions) {
  const later = functions.map((name) => [name, (...args) => exported()[name](...args)]);
  return new Proxy(
    { __esModule: true, ...Object.fromEntries(later) },
    {
      get: (known, name) => (Object.hasOwn(known, name) ? known[name] : exported()[name]),
      has: (known, name) => Object.hasOwn(known, name) || name in exported(),
      ownKeys: () => Reflect.ownKeys(exported()),
      getOwnPropertyDescriptor: (_, name) => ({ ...Reflect.getOwnPropertyDescriptor(exported(), name), configurable: true }),
    },
  );
}

module.exports = { deferModules, deferred };
