import { arch, availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os';

/** What the figures were measured on, and how busy it was with other things at the start. */
export function machine() {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memory: totalmem(),
    os: `${type()} ${release()} ${arch()}`,
    node: process.versions.node,
    v8: process.versions.v8,
    // Windows has none, and says 0.
    loadAverage: process.platform === 'win32' ? null : loadavg(),
  };
}

/** @param {ReturnType<typeof machine>} machine */
export function describe({ cpu, cores, memory, os, node, v8, loadAverage }) {
  const load = loadAverage?.map((value) => value.toFixed(1)).join(' ') ?? 'unknown';
  return [
    `${cpu}, ${cores} cores, ${(memory / 2 ** 30).toFixed(0)} GB; ${os}`,
    `Node ${node}, V8 ${v8}; load average at the start: ${load}`,
  ].join('\n');
}
