import type { MemoryDescriptor, MemoryGuardBinding } from './binding.js';
import {
  apply,
  construct,
  engine,
  getter,
  isObject,
  replace,
  replaceClass,
  uncurried,
} from './primordials.js';

const PAGE = 2 ** 16;
/** Pages that a memory may have; with 64-bit addresses there is no such number. */
const MOST_PAGES = 2 ** 16;

type Imports = Record<string, unknown>;

/** A module that stands for one that defines memories: it imports them. */
interface Stand {
  module: WebAssembly.Module;
  importedFrom: string;
  descriptors: MemoryDescriptor[];
}

/**
 * Memories of WebAssembly. No function in JavaScript need be called for one to grow, so each gets a maximum that is within the
 * limit, and the interpreter looks at the sum of them from time to time. A memory that a module defines for itself is out of everybody's
 * sight: the module is instantiated as one that imports it.
 */
export function guardWasm(binding: MemoryGuardBinding): void {
  const create = guardMemories(binding);
  guardInstances(binding, create);
}

type CreateMemory = (given: unknown, newTarget?: unknown) => object;

function guardMemories(binding: MemoryGuardBinding): CreateMemory {
  const { hasRoom, count } = binding;
  const Original = WebAssembly.Memory;
  const bufferOf = getter(Original.prototype, 'buffer') as (memory: object) => ArrayBufferLike;
  const most = Math.floor(binding.limit() / PAGE);
  const countsMemories = binding.countsWasmMemories();

  const create: CreateMemory = (given, newTarget = Original) => {
    // Which the engine refuses.
    if (!isObject(given)) return construct(Original, [given], newTarget as never);
    const descriptor = copyOf(given);
    const { initial, minimum, maximum, shared } = descriptor;
    if (countsMemories && !shared) return construct(Original, [descriptor], newTarget as never);
    const pages = engine.Number(initial ?? minimum);
    const is64 = (descriptor.address ?? descriptor.index) === 'i64';
    // A maximum that may not be is refused by the engine, as is a shared memory without one.
    const isUsual = maximum === undefined ? !shared : is64 || engine.Number(maximum) <= MOST_PAGES;
    if (isUsual && !(engine.Number(maximum) <= most) && pages <= most) {
      descriptor.maximum = is64 ? engine.BigInt(most) : most;
    }
    if (!hasRoom(pages * PAGE)) {
      throw new engine.RangeError('WebAssembly.Memory(): could not allocate memory');
    }
    const memory = construct(Original, [descriptor], newTarget as never);
    count(bufferOf(memory));
    return memory;
  };
  replaceClass(WebAssembly, 'Memory', Original, (args, newTarget) => create(args[0], newTarget));
  return create;
}

/** Each property is read once, and a value that no code of the user's can change any more. */
function copyOf(given: Record<string, unknown>): MemoryDescriptor {
  const text = (value: unknown): string | undefined =>
    value === undefined ? undefined : `${value as string}`;
  const { address, index } = { address: text(given['address']), index: text(given['index']) };
  const pages = (value: unknown): number | bigint | undefined => {
    if (value === undefined) return undefined;
    if ((address ?? index) === 'i64') return engine.BigInt(value as bigint);
    return +(value as number);
  };
  const copy: Record<string, unknown> = { __proto__: null };
  const put = (name: string, value: unknown): void => {
    if (value !== undefined) copy[name] = value;
  };
  put('address', address);
  put('index', index);
  put('initial', pages(given['initial']));
  put('minimum', pages(given['minimum']));
  put('maximum', pages(given['maximum']));
  put('shared', given['shared'] === undefined ? undefined : !!given['shared']);
  return copy;
}

function guardInstances(binding: MemoryGuardBinding, create: CreateMemory): void {
  const { importedMemories } = binding;
  const Original = WebAssembly.Instance;
  const standFor = stands(importedMemories);

  const make = (
    label: string,
    args: unknown[],
    newTarget: abstract new (...args: never[]) => object,
  ): object => {
    const stand = standFor(args[0]);
    if (stand === undefined) return construct(Original, args, newTarget);
    const imports = args[1];
    if (imports !== undefined && !isObject(imports)) {
      throw new engine.TypeError(`${label}: Argument 1 must be an object`);
    }
    return construct(Original, [stand.module, importsOf(stand, imports, create, label)], newTarget);
  };
  const Instance = replaceClass(WebAssembly, 'Instance', Original, (args, newTarget) =>
    make('WebAssembly.Instance()', args, newTarget),
  );

  const { compile, instantiate, Module } = WebAssembly;
  const isModule = hasBrand(Module);
  const guarded = {
    async instantiate(source: unknown): Promise<unknown> {
      // biome-ignore lint/complexity/noArguments: the engine's own has one parameter, too.
      const args = arguments as unknown as unknown[];
      const [, imports, options] = [source, args[1], args[2]];
      if (importedMemories(source) === undefined || (imports !== undefined && !isObject(imports))) {
        return apply(instantiate, WebAssembly, [source, imports, options] as never);
      }
      if (isModule(source)) return make('WebAssembly.instantiate()', [source, imports], Instance);
      const module = await (apply(compile, WebAssembly, [
        source,
        options,
      ] as never) as Promise<object>);
      const instance = make('WebAssembly.instantiate()', [module, imports], Instance);
      return { module, instance };
    },
  }.instantiate;
  replace(WebAssembly, 'instantiate', guarded);
}

/** Whether a value is a module, whatever its prototype says. */
function hasBrand(Module: typeof WebAssembly.Module): (value: unknown) => boolean {
  const { exports } = Module;
  return (value) => {
    try {
      apply(exports, Module, [value as WebAssembly.Module]);
      return true;
    } catch {
      return false;
    }
  };
}

/** What stands for a module, or the same one if it defines no memory that would not be counted. */
function stands(
  importedMemories: MemoryGuardBinding['importedMemories'],
): (module: unknown) => Stand | undefined {
  const { Module } = WebAssembly;
  const { imports } = Module;
  const known = new engine.WeakMap<object, { stand: Stand | undefined }>();
  const find = uncurried(known.get) as (
    map: unknown,
    module: unknown,
  ) => { stand: Stand | undefined };
  const keep = uncurried(known.set);

  const make = (module: WebAssembly.Module): Stand | undefined => {
    const found = importedMemories(module);
    if (found === undefined) return undefined;
    if (found === null) {
      throw new engine.RangeError(
        'WebAssembly.Instance(): could not tell what memory the module defines',
      );
    }
    const [bytes, importedFrom, descriptors] = found;
    let stand = new Module(bytes);
    const options = compiledWith(imports(module), imports(stand), importedFrom);
    if (options !== undefined) {
      stand = construct(Module, [bytes, options]) as WebAssembly.Module;
    }
    return { module: stand, importedFrom, descriptors };
  };
  return (module) => {
    const before = find(known, module);
    if (before !== undefined) return before.stand;
    const stand = make(module as WebAssembly.Module);
    if (isObject(module)) keep(known, module, { stand });
    return stand;
  };
}

/**
 * With what options a module was compiled, of which it says nothing: what they stand for is imported without them. Undefined if with
 * none.
 */
function compiledWith(
  own: WebAssembly.ModuleImportDescriptor[],
  plain: WebAssembly.ModuleImportDescriptor[],
  importedFrom: string,
): object | undefined {
  const left: Record<string, number> = { __proto__: null } as never;
  for (let i = 0; i < plain.length; i++) {
    const { module } = plain[i] as WebAssembly.ModuleImportDescriptor;
    left[module] = (left[module] ?? 0) + 1;
  }
  for (let i = 0; i < own.length; i++) {
    const { module } = own[i] as WebAssembly.ModuleImportDescriptor;
    left[module] = (left[module] ?? 0) - 1;
  }
  let options: Record<string, unknown> | undefined;
  for (const name in left) {
    if (name === importedFrom || !left[name]) continue;
    options ??= { __proto__: null };
    // The only builtins there are.
    if (name === 'wasm:js-string') options['builtins'] = ['js-string'];
    else options['importedStringConstants'] = name;
  }
  return options;
}

/** The user's imports, and the memories. */
function importsOf(
  { importedFrom, descriptors }: Stand,
  given: Imports | undefined,
  create: CreateMemory,
  label: string,
): object {
  const memories: Record<number, object> = { __proto__: null } as never;
  for (let i = 0; i < descriptors.length; i++) memories[i] = create(descriptors[i]);
  return new engine.Proxy(
    { __proto__: null } as object,
    {
      __proto__: null,
      get(_: object, name: string) {
        if (name === importedFrom) return memories;
        if (given !== undefined) return given[name];
        throw new engine.TypeError(
          `${label}: Imports argument must be present and must be an object`,
        );
      },
    } as ProxyHandler<object>,
  );
}
