/** Runs trials of hostile scripts in processes of their own, and counts by name what came of them. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Report } from './child.js';
import type { Outcome } from './trial.js';

/** What came of the runs of one trial. */
export interface Count {
  /** How often it ended in each way, by the name of the error, or `survives`. */
  readonly ended: Map<string, number>;
  writtenOff: number;
  /** Its process died of it. */
  deaths: number;
  /** It never ended, and its process was killed. */
  hangs: number;
  /** It ended in a way in which it must not, or something was wrong afterwards: why, and how often. */
  readonly failures: Map<string, number>;
  /** The longest run, in milliseconds. */
  slowest: number;
}

export interface RunOptions {
  readonly execPath?: string;
  /** Processes at a time. */
  readonly processes?: number;
  /** Trials at a time in one process. */
  readonly atOnce?: number;
  /** Trials in one process, one after the other. */
  readonly perProcess?: number;
  /** Milliseconds without a word after which a process hangs. */
  readonly silence?: number;
  readonly onProgress?: (done: number, all: number) => void;
}

/** How one process ended: what it said, and what it had begun and not ended. */
interface Ended {
  readonly reports: Report[];
  readonly open: string[];
  /** Nothing if it ended by itself, as it should. */
  readonly cause: string | undefined;
  readonly hung: boolean;
  readonly stderr: string;
}

export class Runner {
  readonly counts = new Map<string, Count>();
  /** What the processes that died said last, by trial. */
  readonly lastWords = new Map<string, string>();
  private done = 0;

  constructor(private readonly options: RunOptions = {}) {}

  /** Runs each trial of the list once; one that is in it several times runs several times. */
  async run(ids: readonly string[]): Promise<void> {
    const { processes = 1, atOnce = 1, perProcess = 24 } = this.options;
    const queue = [...ids];
    const lane = async () => {
      while (queue.length > 0) {
        const batch = queue.splice(0, perProcess);
        const { open, cause, hung, reports, stderr } = await this.oneProcess(batch, atOnce);
        if (reports.length === 0) throw new Error(`no trial began: ${cause}\n${stderr}`);
        this.countReports(reports);
        const left = remaining(batch, reports, open);
        if (cause !== undefined) await this.blame(open, cause, hung, stderr);
        queue.unshift(...left);
        this.done += batch.length - left.length;
        this.options.onProgress?.(this.done, ids.length);
      }
    };
    await Promise.all(Array.from({ length: processes }, lane));
  }

  /** Finds out which of several that were under way it was. */
  private async blame(
    suspects: readonly string[],
    cause: string,
    hung: boolean,
    stderr: string,
  ): Promise<void> {
    if (suspects.length === 0)
      return this.countDeath('the end of the process', cause, hung, stderr);
    if (suspects.length === 1) return this.countDeath(suspects[0] as string, cause, hung, stderr);
    let found = false;
    for (const suspect of suspects) {
      const alone = await this.oneProcess([suspect], 1);
      this.countReports(alone.reports);
      if (alone.cause === undefined) continue;
      found = true;
      this.countDeath(suspect, alone.cause, alone.hung, alone.stderr);
    }
    if (!found) this.countDeath(suspects.join(' beside '), cause, hung, stderr);
  }

  private countReports(reports: readonly Report[]): void {
    for (const report of reports) {
      if ('during' in report) add(this.countOf(report.during).failures, report.failure);
      if (!('ends' in report)) continue;
      const count = this.countOf(report.ends);
      if ('failure' in report) add(count.failures, report.failure);
      else countOutcome(count, report.outcome);
    }
  }

  private countDeath(id: string, cause: string, hung: boolean, stderr: string): void {
    const count = this.countOf(id);
    if (hung) count.hangs += 1;
    else count.deaths += 1;
    this.lastWords.set(id, `${cause}\n${stderr.slice(-4000)}`);
  }

  private countOf(id: string): Count {
    let count = this.counts.get(id);
    if (count === undefined) {
      count = {
        ended: new Map(),
        writtenOff: 0,
        deaths: 0,
        hangs: 0,
        failures: new Map(),
        slowest: 0,
      };
      this.counts.set(id, count);
    }
    return count;
  }

  private oneProcess(ids: readonly string[], atOnce: number): Promise<Ended> {
    const { execPath = process.execPath, silence = 180_000 } = this.options;
    const child = spawn(execPath, [join(__dirname, 'child.js'), String(atOnce), ...ids], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const reports: Report[] = [];
    const open: string[] = [];
    let hung = false;
    let stderr = '';
    let timer: NodeJS.Timeout;
    const heard = () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        hung = true;
        child.kill('SIGKILL');
      }, silence);
    };
    heard();
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      stderr += chunk;
    });
    createInterface({ input: child.stdout }).on('line', (line) => {
      heard();
      if (!line.startsWith('{')) {
        // Only the engine itself writes here besides, when it reports what nobody has caught.
        for (const id of open) reports.push({ during: id, failure: `the engine printed ${line}` });
        return;
      }
      const report = JSON.parse(line) as Report;
      reports.push(report);
      if ('begins' in report) open.push(report.begins);
      if ('ends' in report) open.splice(open.indexOf(report.ends), 1);
    });
    return new Promise((resolve) => {
      child.on('close', (code, signal) => {
        clearTimeout(timer);
        const grew = reports.find((report) => 'grew' in report);
        const cause = causeOf(code, signal, hung, grew?.grew);
        resolve({ reports, open, cause, hung, stderr });
      });
    });
  }
}

function causeOf(
  code: number | null,
  signal: string | null,
  hung: boolean,
  grew: number | undefined,
): string | undefined {
  if (hung) return 'it hung';
  if (grew !== undefined) return `it grew to ${Math.round(grew / 2 ** 20)} MiB`;
  if (signal !== null) return `ended by ${signal}`;
  return code === 0 ? undefined : `exit code ${code}`;
}

/** Those of a batch that were not begun. */
function remaining(
  batch: readonly string[],
  reports: readonly Report[],
  open: readonly string[],
): string[] {
  const left = [...batch];
  const ended = reports.flatMap((report) => ('ends' in report ? [report.ends] : []));
  for (const id of [...ended, ...open]) left.splice(left.indexOf(id), 1);
  return left;
}

function countOutcome(count: Count, { ended, writtenOff, milliseconds }: Outcome): void {
  add(count.ended, ended);
  if (writtenOff) count.writtenOff += 1;
  count.slowest = Math.max(count.slowest, milliseconds);
}

function add(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
