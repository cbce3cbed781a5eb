import { ModuleStatus } from '../../../binding/codes.js';
import type { ModuleRecord } from './records.js';
import { native, services } from './services.js';

/** Milliseconds at a time that go into caches for other interpreters. */
const SLICE = 2;

/** Instantiates and evaluates a loaded graph; resolves to the module's namespace when that is done. */
export async function evaluateRecord({ number }: ModuleRecord): Promise<object> {
  if (native.moduleStatus(number) === ModuleStatus.uninstantiated) {
    native.instantiateModule(number);
  }
  try {
    await native.evaluateModule(number);
  } finally {
    storeLater();
  }
  return native.moduleNamespace(number);
}

/** What has been compiled goes to the process's cache once it has run, and when nothing else is to be done. */
function storeLater(): void {
  services.later(() => {
    if (native.storeCode(SLICE)) storeLater();
  });
}
