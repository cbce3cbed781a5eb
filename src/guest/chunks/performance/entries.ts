import { finishClass } from '../support/classes.js';
import { illegalConstructor, invalidThis } from '../support/node-errors.js';

/** The right to construct what users cannot. */
export const OURS = Symbol();

interface Fields {
  name: string;
  entryType: string;
  startTime: number;
  duration: number;
  detail?: unknown;
}

let fieldsOf: (entry: PerformanceEntry) => Fields;

export class PerformanceEntry {
  readonly #fields: Fields;

  constructor(token: unknown, fields: Fields) {
    if (token !== OURS) throw illegalConstructor();
    this.#fields = fields;
  }

  get name(): string {
    return fieldsOf(this).name;
  }

  get entryType(): string {
    return fieldsOf(this).entryType;
  }

  get startTime(): number {
    return fieldsOf(this).startTime;
  }

  get duration(): number {
    return fieldsOf(this).duration;
  }

  toJSON(): object {
    const { name, entryType, startTime, duration } = fieldsOf(this);
    return { name, entryType, startTime, duration };
  }

  static {
    fieldsOf = (entry) => {
      if (!(#fields in entry)) throw invalidThis('PerformanceEntry');
      return entry.#fields;
    };
  }
}
finishClass(PerformanceEntry, 'PerformanceEntry', [
  'name',
  'entryType',
  'startTime',
  'duration',
  'toJSON',
]);

export class PerformanceMark extends PerformanceEntry {
  get detail(): unknown {
    return fieldsOf(this).detail;
  }

  override toJSON(): object {
    return { ...super.toJSON(), detail: this.detail };
  }
}
finishClass(PerformanceMark, 'PerformanceMark', ['detail']);

export class PerformanceMeasure extends PerformanceEntry {
  get detail(): unknown {
    return fieldsOf(this).detail;
  }

  override toJSON(): object {
    return { ...super.toJSON(), detail: this.detail };
  }
}
finishClass(PerformanceMeasure, 'PerformanceMeasure', ['detail']);
