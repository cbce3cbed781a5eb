import { ModuleStatus } from '../../../binding/codes.js';
import { finishSync } from './asking.js';
import { loadGraph, type ModuleRecord, textRecord } from './records.js';
import { native } from './services.js';

/** What `require` gives of an ES module that does not await at its top level, as in Node 22 and later. */
export function requireEsModule(url: string, path: string): unknown {
  const record = finishSync(
    loadGraph(() => url, '', path),
    `require('${path}')`,
  );
  const { number } = record;
  if (native.moduleStatus(number) === ModuleStatus.uninstantiated) {
    native.instantiateModule(number);
  }
  evaluateSync(record);
  return forRequire(record, native.moduleNamespace(number) as Record<string, unknown>);
}

function evaluateSync({ number, url }: ModuleRecord): void {
  const status = native.moduleStatus(number);
  if (status === ModuleStatus.evaluating || status === ModuleStatus.instantiating) {
    throw failure(
      'ERR_REQUIRE_CYCLE_MODULE',
      `Cannot require() ES Module ${url} in a cycle: it is being evaluated.`,
    );
  }
  if (native.moduleAwaits(number)) {
    throw failure(
      'ERR_REQUIRE_ASYNC_MODULE',
      `require() cannot be used on an ES module that awaits at its top level, or imports one that does. Use import() instead: ${url}`,
    );
  }
  // It is settled by then; the exception is thrown here, not by the promise.
  native.evaluateModule(number).catch(() => {});
  if (native.moduleStatus(number) === ModuleStatus.errored) throw native.moduleException(number);
}

const facades = new Map<string, ModuleRecord>();

/** Compiled CommonJS asks for `__esModule` before it takes `default`. */
function forRequire(record: ModuleRecord, namespace: Record<string, unknown>): unknown {
  if (Object.hasOwn(namespace, 'module.exports')) return namespace['module.exports'];
  if (!Object.hasOwn(namespace, 'default') || Object.hasOwn(namespace, '__esModule')) {
    return namespace;
  }
  const known = facades.get(record.url);
  if (known !== undefined) return native.moduleNamespace(known.number);
  const text = `export * from 'original'; export { default } from 'original'; export const __esModule = true;`;
  const facade = textRecord(record.url, text, new Map([['original', record]]));
  native.linkModule(facade.number, [record.number]);
  native.instantiateModule(facade.number);
  native.evaluateModule(facade.number).catch(() => {});
  facades.set(record.url, facade);
  return native.moduleNamespace(facade.number);
}

function failure(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}
