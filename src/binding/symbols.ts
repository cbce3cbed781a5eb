/** `Symbol.dispose` and `Symbol.asyncDispose`, which V8 has only since version 13; a class that has such methods imports this file first. */

for (const name of ['dispose', 'asyncDispose'] as const) {
  if (typeof Symbol[name] !== 'symbol') {
    Object.defineProperty(Symbol, name, { value: Symbol(`Symbol.${name}`) });
  }
}

export {};
