import type { Tools } from '../tools.js';
import {
  OURS,
  PerformanceEntry,
  PerformanceMark,
  PerformanceMeasure,
} from './performance/entries.js';
import { finishClass } from './support/classes.js';
import { coded, illegalConstructor, missingArguments } from './support/node-errors.js';

interface MarkOptions {
  startTime?: unknown;
  detail?: unknown;
}

interface MeasureOptions {
  start?: unknown;
  end?: unknown;
  duration?: unknown;
  detail?: unknown;
}

export function make({ guest, start, builtIn }: Tools): object {
  const now = (): number => guest.now() - start;
  const timeOrigin = Date.now() - now();
  let entries: PerformanceEntry[] = [];

  function add<Entry extends PerformanceEntry>(entry: Entry): Entry {
    entries.push(entry);
    return entry;
  }

  function clear(type: string, name: unknown): void {
    const goes = (entry: PerformanceEntry): boolean =>
      entry.entryType === type && (name === undefined || entry.name === `${name}`);
    entries = entries.filter((entry) => !goes(entry));
  }

  function timestamp(value: unknown): number {
    const ms = Number(value);
    if (ms >= 0) return ms;
    const message = `${value} is not a valid timestamp`;
    throw coded(TypeError, 'ERR_PERFORMANCE_INVALID_TIMESTAMP', message);
  }

  /** A moment: a number, or the latest mark of that name. */
  function moment(of: unknown): number {
    if (typeof of === 'number') return timestamp(of);
    const mark = entries.findLast((each) => each.entryType === 'mark' && each.name === `${of}`);
    if (mark !== undefined) return mark.startTime;
    const message = `The "${of}" performance mark has not been set`;
    throw new (builtIn('DOMException'))(message, 'SyntaxError');
  }

  function copied(detail: unknown): unknown {
    return detail === undefined || detail === null ? null : guest.clone(detail);
  }

  class Performance {
    constructor(token?: unknown) {
      if (token !== OURS) throw illegalConstructor();
    }

    get timeOrigin(): number {
      return timeOrigin;
    }

    now(): number {
      return now();
    }

    mark(name: unknown, options?: MarkOptions | null): PerformanceMark {
      // biome-ignore lint/complexity/noArguments: undefined is an argument, too
      if (arguments.length === 0) throw missingArguments('name');
      const { startTime = now(), detail } = options ?? {};
      const fields = { name: `${name}`, entryType: 'mark', duration: 0, detail: copied(detail) };
      return add(new PerformanceMark(OURS, { ...fields, startTime: timestamp(startTime) }));
    }

    measure(name: unknown, from?: unknown, to?: unknown): PerformanceMeasure {
      // biome-ignore lint/complexity/noArguments: undefined is an argument, too
      if (arguments.length === 0) throw missingArguments('name');
      const { detail, startTime, endTime } =
        typeof from === 'object' && from !== null
          ? span(from)
          : {
              detail: undefined,
              startTime: from === undefined ? 0 : moment(from),
              endTime: to === undefined ? now() : moment(to),
            };
      const fields = { name: `${name}`, entryType: 'measure', startTime, detail: copied(detail) };
      return add(new PerformanceMeasure(OURS, { ...fields, duration: endTime - startTime }));
    }

    clearMarks(name?: unknown): void {
      clear('mark', name);
    }

    clearMeasures(name?: unknown): void {
      clear('measure', name);
    }

    getEntries(): PerformanceEntry[] {
      return entries.toSorted((a, b) => a.startTime - b.startTime);
    }

    getEntriesByName(name: unknown, type?: unknown): PerformanceEntry[] {
      const named = this.getEntries().filter((entry) => entry.name === `${name}`);
      return type === undefined ? named : named.filter((entry) => entry.entryType === `${type}`);
    }

    getEntriesByType(type: unknown): PerformanceEntry[] {
      return this.getEntries().filter((entry) => entry.entryType === `${type}`);
    }

    toJSON(): object {
      return { timeOrigin };
    }
  }

  function span({ start, end, duration, detail }: MeasureOptions) {
    if (start !== undefined && end !== undefined && duration !== undefined) {
      const message = 'A measure has two of start, end and duration, not all three';
      throw coded(TypeError, 'ERR_PERFORMANCE_MEASURE_INVALID_OPTIONS', message);
    }
    const length = duration === undefined ? undefined : timestamp(duration);
    const first = start === undefined ? undefined : moment(start);
    const last = end === undefined ? undefined : moment(end);
    const endTime = last ?? (length === undefined ? now() : (first ?? 0) + length);
    const startTime = first ?? (length === undefined ? 0 : endTime - length);
    return { detail, startTime, endTime };
  }

  finishClass(Performance, 'Performance', [
    ...['clearMarks', 'clearMeasures', 'getEntries', 'getEntriesByName', 'getEntriesByType'],
    ...['mark', 'measure', 'now', 'timeOrigin', 'toJSON'],
  ]);
  const performance = new Performance(OURS);
  return { Performance, PerformanceEntry, PerformanceMark, PerformanceMeasure, performance };
}
