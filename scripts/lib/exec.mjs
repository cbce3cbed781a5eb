import { spawn, spawnSync } from 'node:child_process';
import { sep } from 'node:path';
import { root } from './project.mjs';

/** What went wrong, said so that no stack trace is needed. */
export class Failure extends Error {}

/** Where the output of child processes goes: to stderr, unless stdout carries nothing but a log. */
export const output = { fd: 2 };

export const say = (line) => (output.fd === 1 ? console.log(line) : console.error(line));

/**
 * Runs a program to its end and returns its exit: `{ code, signal, timedOut, text }`, where `text` is there with
 * `capture: 'tee'` (shown as well) or `'only'`.
 */
export function exit(command, args, { cwd = root, env = process.env, capture, limit } = {}) {
  return new Promise((resolve, reject) => {
    const pipe = capture ? 'pipe' : output.fd;
    const child = spawn(command, args, {
      cwd,
      env,
      stdio: ['ignore', pipe, pipe],
      ...viaShell(command),
    });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
        if (capture === 'tee') (output.fd === 1 ? process.stdout : process.stderr).write(chunk);
      });
    }
    let timedOut = false;
    const timer =
      limit &&
      setTimeout(() => {
        timedOut = true;
        child.kill('SIGKILL');
      }, limit);
    child.on('error', (error) => reject(new Failure(`${command}: ${error.message}`)));
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ code, signal, timedOut, text });
    });
  });
}

/** Runs a program that has to succeed; returns what it printed if `capture` asks for it. */
export async function run(command, args, options) {
  const { code, signal, timedOut, text } = await exit(command, args, options);
  if (code === 0) return text;
  if (options?.capture === 'only') say(text);
  throw new Failure(`${brief(command, args)}: ${howItEnded({ code, signal, timedOut })}`);
}

/** Runs a program that has the terminal for itself, stdout included; returns its exit code. */
export function foreground(command, args, options) {
  const { status, signal, error } = spawnSync(command, args, { stdio: 'inherit', ...options });
  if (error) throw new Failure(`${command}: ${error.message}`);
  if (signal) console.error(`${command}: ended by ${signal}`);
  return status ?? 1;
}

export function howItEnded({ code, signal, timedOut }) {
  if (timedOut) return 'did not end in time and was killed';
  return signal ? `ended by ${signal}` : `exit code ${code}`;
}

/** Runs npm with the Node that runs this script, whatever `npm` is on the PATH. */
export function npm(args, options) {
  const cli = process.env.npm_execpath;
  return cli?.endsWith('.js')
    ? run(process.execPath, [cli, ...args], options)
    : run(process.platform === 'win32' ? 'npm.cmd' : 'npm', args, options);
}

/** The first lines of a script: its failure is one message and exit code 1. */
export async function main(body) {
  try {
    process.exitCode = (await body(process.argv.slice(2))) ?? 0;
  } catch (error) {
    console.error(error instanceof Failure ? `isolane: ${error.message}` : error);
    process.exitCode = 1;
  }
}

function brief(command, args) {
  const line = [command === process.execPath ? 'node' : command, ...args]
    .join(' ')
    .replaceAll(root + sep, '');
  return line.length > 100 ? `${line.slice(0, 100)} ...` : line;
}

// Node refuses to start a .cmd file without a shell.
function viaShell(command) {
  return command.endsWith('.cmd') ? { shell: true } : {};
}
