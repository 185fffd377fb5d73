// Jest gives every test file a fresh set of modules, which is what keeps tests apart, and compiles their sources afresh for it. That is a third
// of all processor time. Here each source is compiled once in a worker, and only run again.
const vm = require("node:vm");
const { default: Runtime } = require("jest-runtime");

/** By file: what was compiled, for as long as the worker lives. */
const scripts = new Map();

function scriptOf(source, filename, parameters) {
  const known = scripts.get(filename);
  if (known?.source === source) return known.script;
  const head = `(function (${parameters.join(", ")}) {`;
  const script = new vm.Script(`${head}${source}\n})`, { filename, columnOffset: -head.length });
  scripts.set(filename, { source, script });
  return script;
}

exports.__esModule = true;
exports.default = class extends Runtime {
  constructor(...args) {
    super(...args);
    const { executor, _environment: environment } = this;
    const compile = executor.compile.bind(executor);
    executor.compile = (source, filename) => {
      const context = environment.getVmContext();
      // Jest's own way has the messages for an environment that is gone and for a source that can't be compiled.
      if (context === null) return compile(source, filename);
      try {
        return scriptOf(source, filename, executor.injectedModuleParameters).runInContext(context);
      } catch {
        return compile(source, filename);
      }
    };
  }
};
