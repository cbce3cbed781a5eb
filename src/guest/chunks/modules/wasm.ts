// The loader's own: the user's code may replace the global one.
const { Module, Instance } = WebAssembly;

export interface WasmModule {
  /** The ES module that stands for it. */
  text: string;
  /** From where that text imports `instantiate`. */
  specifier: string;
  instantiate(imports: WebAssembly.Imports): Record<string, unknown>;
}

const SPECIFIER = 'isolane:instantiate';

/**
 * WebAssembly as an ES module: its imports are the exports of other modules, its exports those of its instance. Globals are imported as their
 * values, as the proposal for the integration has it.
 */
export function wasmModule(url: string, bytes: Uint8Array<ArrayBuffer>): WasmModule {
  const module = compile(url, bytes);
  const specifiers = [...new Set(Module.imports(module).map((each) => each.module))];
  const names = Module.exports(module).map((each) => each.name);
  const text = [
    `import instantiate from '${SPECIFIER}';`,
    ...specifiers.map((from, at) => `import * as import${at} from ${JSON.stringify(from)};`),
    `const exports = instantiate({ __proto__: null, ${specifiers.map((from, at) => `[${JSON.stringify(from)}]: import${at}`).join(', ')} });`,
    ...names.map((name, at) => `const export${at} = exports[${JSON.stringify(name)}];`),
    `export { ${names.map((name, at) => `export${at} as ${JSON.stringify(name)}`).join(', ')} };`,
  ].join('\n');
  return {
    text,
    specifier: SPECIFIER,
    instantiate(imports) {
      const { exports } = new Instance(module, imports);
      const values = Object.entries(exports).map(([name, value]) => [name, unwrapped(value)]);
      return { __proto__: null, ...Object.fromEntries(values) };
    },
  };
}

function compile(url: string, bytes: Uint8Array<ArrayBuffer>): WebAssembly.Module {
  try {
    return new Module(bytes);
  } catch (error) {
    if (error instanceof Error) error.message = `${url}: ${error.message}`;
    throw error;
  }
}

function unwrapped(value: unknown): unknown {
  if (!(value instanceof WebAssembly.Global)) return value;
  try {
    return value.value;
  } catch {
    // Vectors have no value in JavaScript.
    return value;
  }
}
