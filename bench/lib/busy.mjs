import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Says that it runs, and computes until it is killed, its parent is gone, or two minutes are over. */
const program = `
const { ppid } = process;
process.stdout.write('.');
const end = Date.now() + 120_000;
while (process.ppid === ppid && Date.now() < end) for (let i = 0; i < 1e6; i++);
`;

/**
 * Starts processes that want a core each.
 *
 * @param {number} count
 * @returns {Promise<() => Promise<void>>} ends them
 */
export async function busyProcesses(count) {
  const children = Array.from({ length: count }, () =>
    spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] }),
  );
  const end = async () => {
    const ended = children.filter((child) => child.exitCode === null && !child.killed);
    await Promise.all(
      ended.map((child) => {
        child.kill('SIGKILL');
        return once(child, 'exit');
      }),
    );
  };
  await Promise.all(children.map((child) => once(child.stdout, 'data')));
  return end;
}
