import process from 'node:process';
import { isMainThread } from 'node:worker_threads';
import { type NodeBinding, native } from '../binding/binding.js';

/** What is to be done when the process ends, or the Worker. */
export function seeToTheEnd(): void {
  const node = native as NodeBinding;
  let said = 0;
  const exitCode = (): number => Number(process.exitCode ?? said);
  node.setExitCodeReader(exitCode);
  process.on('exit', function atExit(code) {
    // What was printed before should be seen, though no loop turns any more.
    native.drain();
    if (!isMainThread) return;
    said = code;
    if (node.anyLeftBehind()) endAfterOthers(atExit, code, exitCode);
    // Listeners that are called after this one may change it. Once they have been, microtasks run where nobody is asked later.
    queueMicrotask(() => node.setExitCode(exitCode()));
  });
}

/** Ends the process when the listeners after that one have been called, since Node would wait for ever. */
function endAfterOthers(
  listener: (code: number) => void,
  code: number,
  exitCode: () => number,
): void {
  const all = process.listeners('exit');
  for (const each of all.slice(all.indexOf(listener) + 1)) Reflect.apply(each, process, [code]);
  (native as NodeBinding).endProcess(exitCode());
}
