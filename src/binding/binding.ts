/**
 * The typed face of the native binding: what C++ gives to JavaScript, alike in Node and in interpreters.
 *
 * Nothing here is public. The classes of `src/channel` and `src/interpreter` put the public API on top.
 */

import type { Container, FrozenKind, Overflow, Status, ViewKind } from './codes.js';
import type { CodeCacheCounts, ModuleBinding } from './module-binding.js';

/** An endpoint on its way into a JavaScript object; only native code makes one. */
declare const seed: unique symbol;
export interface EndpointSeed {
  readonly [seed]: true;
}

/** A message encoded once, waiting to be sent; what was moved into it is no longer the sender's. */
declare const packed: unique symbol;
export interface Packed {
  readonly [packed]: true;
}

/** What both sides of a channel have in common. */
export interface NativeEndpoint {
  /** How the last operation on this handle ended, for those that return `NOTHING`. */
  nativeStatus(): Status;
  nativeChannelId(): number;
  /** The number of its messages' schema, or 0. */
  nativeSchema(): number;
  nativeName(): string;
  nativeCapacity(): number;
  nativeSize(): number;
  /** `done` while the channel is open, `closed` or `poisoned` after. */
  nativeChannelStatus(): Status;
  /** Whether this handle still counts. */
  nativeIsOpen(): boolean;
  /** What `close` or `poison` was given, decoded anew; undefined if nothing. */
  nativeReason(): unknown;
  /** Another handle of the same side, made through the `makeSender` or `makeReceiver` hook. */
  nativeDuplicate(): unknown;
  /** Gives up this handle. */
  nativeRelease(): void;
  nativeCloseChannel(reason?: unknown): void;
  nativePoisonChannel(reason?: unknown): void;
}

export interface NativeSender extends NativeEndpoint {
  /** Sends. Without `timeout` (milliseconds) it only tries; `Infinity` waits for ever, blocking the thread. What is moved is handed over only on `done`. */
  nativePut(value: unknown, timeout?: number, transfer?: readonly object[]): Status;
  nativePutPacked(message: Packed, timeout?: number): Status;
  /** Sends at once, or returns the message that is to wait, which has been encoded once; what is moved is handed over in both cases. */
  nativePutOrPack(value: unknown, transfer?: readonly object[]): Status | Packed;
  /**
   * Sends the first `count` numbers on the page; how many, and for less than all see `nativeStatus`: `done` if they have to be sent one by
   * one. Without `timeout` it sends as many as go at once.
   */
  nativePutNumbers(count: number, timeout?: number): number;
  /**
   * Sends the record on the page, which has so many bytes. With schema 0 it was made of `value` and the first `count` objects of `inner`,
   * of which the first two are given besides, and is not sent unless all of them are plain: `NOT_PLAIN`.
   */
  nativePutRecord(
    length: number,
    schema: number,
    timeout: number | undefined,
    value?: object,
    first?: object,
    second?: object,
    count?: number,
    inner?: readonly (object | undefined)[],
  ): Status | typeof NOT_PLAIN;
  /**
   * Asks to be told by `onReady` when a send may go on. `done`: it may go on now (buffered), or the message
   * has been received (rendezvous, `settle` says so). One at a time a handle.
   */
  nativeArm(message: Packed): Status;
  /** After `onReady` or `nativeArm` said `done`: sends the message, or learns that it was sent. `wouldBlock`: arm again. */
  nativeSettle(message: Packed): Status;
  /** Stops waiting. `done`: too late, the message has been sent. Otherwise `wouldBlock`, and the message is the caller's again. */
  nativeWithdraw(message: Packed): Status;
}

/** Something in a record was not what it seemed to be. */
export const NOT_PLAIN = -1;

export interface NativeReceiver extends NativeEndpoint {
  /** Receives, or returns `NOTHING` (then see `nativeStatus`), or `RECORD`. Without `timeout` it only tries. */
  nativeTake(timeout?: number): unknown;
  /**
   * Receives numbers, as many as there are and at most `most`, onto the page; how many, and for 0 see `nativeStatus`: `done` if the next
   * message has to be received by itself.
   */
  nativeTakeNumbers(most: number): number;
  /** Asks to be told by `onReady`; see the sender's. */
  nativeArm(): Status;
  /** After `onReady` or `nativeArm` said `done`, or without having waited: as `nativeTake`, but a message with instances of classes comes packed. */
  nativeSettle(timeout?: number): unknown;
  /** Stops waiting; returns the message as `nativeSettle` does, if one had been handed over already, or `NOTHING`. */
  nativeWithdraw(): unknown;
}

/** A select that waits. The numbers are indices of cases that have happened, or `Selected`. */
export interface NativeSelection {
  /** Whether a case is left out from now on. */
  nativeSkip(index: number, skip: boolean): void;
  /** Blocks the thread for so many milliseconds at most. */
  nativeWait(timeout: number): number;
  /** Has `onReady` called when a case may have happened, or can now. */
  nativeArm(): number;
  /** After `onReady`, or instead of it. */
  nativeSettle(): number;
  /** Stops waiting, unless a case has happened. */
  nativeWithdraw(): number;
  /** The message that a case has received. */
  nativeTake(index: number): unknown;
  /** This case was chosen in the end, or none: what was woken for others wakes somebody else. */
  nativeChoose(index: number): void;
}

/** Marks a value to be handed over; see `move` in src/ownership. */
export interface NativeMoved {
  readonly value: unknown;
  /** The buffers and endpoints that are handed over with it. */
  readonly transfer: object[];
}

/** A value that interpreters have in common, on its way into a JavaScript object; only native code makes one. */
declare const sharedSeed: unique symbol;
export interface SharedSeed {
  readonly [sharedSeed]: true;
}

/** See `share` in src/ownership. */
export interface NativeShared {
  /** The same for the same value in all interpreters. */
  nativeId(): number;
}

/** A view of bytes that nobody can write through. */
declare const readonlyView: unique symbol;
export interface NativeView {
  readonly [readonlyView]?: true;
}

/** What stands for a Map, a Set, a Date or a RegExp that nobody can change, and is sent as that. */
declare const frozen: unique symbol;
export interface NativeFrozen {
  readonly [frozen]?: true;
}

/** What an instance travels as. */
export interface EncodedInstance {
  /** Of its class. */
  readonly name: string;
  readonly data: unknown;
}

/** Stands for an instance of a class that travels as itself; see src/ownership/stand-ins.ts. */
declare const standIn: unique symbol;
export interface NativeStandIn {
  readonly [standIn]?: true;
}

/** A box with one owner at a time; see `own` in src/ownership. */
export interface NativeOwned {
  /** What is in it, or `NOTHING` if that has gone. */
  nativeValue(): unknown;
}

/** What native code calls in JavaScript. Given to `setHooks` one by one, since an object of them takes a new interpreter longer to make. */
export interface Hooks {
  makeSender(seed: EndpointSeed): NativeSender;
  makeReceiver(seed: EndpointSeed): NativeReceiver;
  /** Makes the error for a value that cannot travel, or only not be shared; `why` is the engine's message. */
  notShareable(value: unknown, why: string, shares: boolean): Error;
  /** What waited may go on: an endpoint, or a select. */
  onReady(waiting: NativeEndpoint | NativeSelection): void;
  /** `tag`: of a call that may be stopped; 0 for everything else. For the body see `readLetter`. */
  onLetter(from: number, type: number, id: number, tag: number): void;
  /** The value of the record on the page. */
  readRecord(): unknown;
  /** An empty box. */
  makeOwned(): NativeOwned;
  /** The buffers and endpoints in a box that goes; undefined if one of them cannot. */
  movableParts(value: unknown): readonly object[] | undefined;
  makeShared(seed: SharedSeed): NativeShared;
  /** To call no more than the constructor of a NativeView, which knows what it is of. */
  makeView(kind: ViewKind, length: number): NativeView;
  makeFrozen(kind: FrozenKind, value: object): NativeFrozen;
  /**
   * Gives what is to be encoded in place of a value: that with stand-ins for instances, what is then in the boxes in it, and the stand-ins
   * with their numbers.
   */
  withStandIns(
    value: unknown,
  ): readonly [unknown, ReadonlyMap<object, unknown>, ReadonlyMap<NativeStandIn, number>];
  /** The instance; what it is given if the class is not known here; nothing if that is not an EncodedInstance. */
  makeInstance(encoded: unknown): object | undefined;
  /** Makes the error for a message with such an instance. */
  unknownClass(message: unknown, encoded: EncodedInstance): Error;
}

/** What native code calls only inside interpreters. */
export interface GuestHooks {
  /** Runs the timers that are due. */
  onTimer(): void;
  /** `import()` in `referrer` (a URL or a script's name): resolves to the module's namespace. `attributes`: keys and values in turn. */
  onImport(specifier: string, referrer: string, attributes: string[]): Promise<object>;
  onImportMeta(meta: Record<string, unknown>, url: string): void;
  /** A promise was rejected without a handler (`true`), or got one after all (`false`). */
  onRejection(promise: Promise<unknown>, reason: unknown, unhandled: boolean): void;
  /** A call was stopped, and the engine may have dropped microtasks of others with its own. */
  onMicrotasksDropped(): void;
  /** Answers a synchronous call made under the interpreter's lock from another thread. */
  onCallSync(type: number, body: unknown): unknown;
}

export interface NativeInterpreterOptions {
  name: string;
  /** Bytes. */
  stackSize?: number;
  /** Bytes of JavaScript heap, buffers and external memory together; 0 or absent: the engine's default for the heap. */
  memoryLimit?: number;
  /** Made before it is wanted: not among `interpreters()` until `claim`. */
  reserved?: boolean;
  /** It reads no files for modules, and neither does what it creates. */
  denyModules?: boolean;
}

export interface NativeInterpreterInfo {
  id: number;
  name: string;
  /** The party that created it. */
  parent: number;
  state: 'idle' | 'running' | 'blocked' | 'closed';
  runtime: 'v8' | 'node';
}

/** The Local Interpreter Lock of an interpreter at one moment. */
export interface LockState {
  /** Whether code runs there now. */
  held: boolean;
  /** How many threads wait to run code there. */
  waiting: number;
  /** Milliseconds that threads have waited for it in all. */
  waitedMs: number;
  /** The operation of a channel in which its code waits now, such as `receive from channel 7`. */
  blockedIn?: string;
}

export interface Binding {
  /** Returned instead of a message when there was none. */
  readonly NOTHING: symbol;
  /** Returned instead of a message that is on the page, as a record (src/codec). */
  readonly RECORD: symbol;
  /** Where records are written and read; see RecordPage in native/value/record_page.h. */
  readonly page: ArrayBuffer;
  /** This party: a Node environment or an interpreter; ids are given in order, the first environment has 0. */
  readonly partyId: number;
  /** Changes when an interpreter is taken out of the reserve. */
  partyName: string;
  /** The Node environment that serves modules and console to this party; itself in Node. */
  readonly hostId: number;

  readonly NativeSender: abstract new (seed: EndpointSeed) => NativeSender;
  readonly NativeReceiver: abstract new (seed: EndpointSeed) => NativeReceiver;
  readonly NativeSelection: abstract new (
    ends: readonly NativeEndpoint[],
    messages: readonly (Packed | undefined)[],
  ) => NativeSelection;
  readonly NativePacked: abstract new () => Packed;
  /** `transfer`: the buffers and endpoints below `value` that are handed over with it. */
  readonly NativeMoved: new (
    value: unknown,
    transfer: readonly object[],
  ) => NativeMoved;

  readonly NativeShared: abstract new (seed: SharedSeed) => NativeShared;
  readonly NativeOwned: new (value: unknown) => NativeOwned;
  readonly NativeView: abstract new () => NativeView;
  /** `value`: what it is sent as. */
  readonly NativeFrozen: new (
    value: object,
  ) => NativeFrozen;

  /** `encoded`: what it is sent as. */
  readonly NativeStandIn: new (
    encoded: EncodedInstance,
  ) => NativeStandIn;

  setHooks(
    makeSender: Hooks['makeSender'],
    makeReceiver: Hooks['makeReceiver'],
    notShareable: Hooks['notShareable'],
    onReady: Hooks['onReady'],
    onLetter: Hooks['onLetter'],
    readRecord: Hooks['readRecord'],
    makeOwned: Hooks['makeOwned'],
    movableParts: Hooks['movableParts'],
    makeShared: Hooks['makeShared'],
    makeView: Hooks['makeView'],
    makeFrozen: Hooks['makeFrozen'],
    withStandIns: Hooks['withStandIns'],
    makeInstance: Hooks['makeInstance'],
    unknownClass: Hooks['unknownClass'],
  ): void;
  /**
   * Throws a RangeError when there is no memory for that capacity. `reports`: what is lost is posted to this party
   * (`NativeLetter.undelivered`).
   */
  createChannel(
    capacity: number,
    name: string,
    overflow: Overflow,
    maxBytes: number,
    reports: boolean,
    schema: number,
  ): [EndpointSeed, EndpointSeed];
  /** The receiver of a channel without senders: a message after so many milliseconds, or, if `repeats`, every so many. */
  createTimer(ms: number, repeats: boolean): EndpointSeed;
  /** As `pack`, but nothing is handed over before the message is sent. */
  packOffer(value: unknown): Packed;
  /** Encodes a message once; throws what `notShareable` makes, and then nothing has been handed over. */
  pack(value: unknown, transfer?: readonly object[]): Packed;
  /** Whether `pack` would not throw. */
  isShareable(value: unknown): boolean;
  /** Encodes a value once, for all interpreters. `buffers`: those in it that no view shows. */
  share(value: unknown, buffers: readonly ArrayBuffer[]): SharedSeed;
  /** The value, made anew and frozen; bytes and long strings are memory that all interpreters have in common. */
  decodeShared(shared: NativeShared): unknown;
  /** What the view reads from, and nobody is to write to. */
  viewElements(view: NativeView): ArrayLike<number | bigint>;
  viewBytes(view: NativeView): ArrayLike<number>;
  /** Another view of these elements. */
  viewPart(view: NativeView, from: number, to: number): NativeView;
  /** Copies elements; false if the target is no typed array of the same kind, or too small. */
  viewCopy(view: NativeView, from: number, to: number, target: unknown, at: number): boolean;
  /** `pack`, for the record on the page, which `nativePutRecord` has not sent. */
  packRecord(length: number, schema: number): Packed;
  /** Takes a message out that was not sent, or was received. */
  unpack(message: Packed): unknown;
  /** Whether the message was made of something that its sender does not have any more. */
  hasTaken(message: Packed): boolean;
  /** The number of a shape of plain objects, for the whole process; -1 if there are too many of them. */
  shapeOf(keys: readonly string[]): number;
  /** The keys of a shape; undefined if no shape has that number. */
  shapeKeys(shape: number): string[] | undefined;
  /** The number of a schema, from 1, for the whole process; the same text has the same. */
  schemaOf(text: string): number;
  /** Undefined if no schema has that number. */
  schemaText(schema: number): string | undefined;
  /** Makes the buffer through which numbers go many at a time; to be called once. See NumbersPage in native/value/record_page.h. */
  numbersPage(): ArrayBuffer;
  /** What plain objects are like: their prototype, and arrays with nothing but elements, one of each kind that the engine distinguishes. */
  setPlain(prototype: object, arrays: readonly unknown[][]): void;
  /** From now on, what is sent here is searched for instances of classes that travel as themselves. */
  expectInstances(): void;
  /** How the engine sees an object, whatever its prototype says. */
  containerOf(value: object): Container;
  /** A structured clone within this interpreter. */
  clone(value: unknown, transfer?: readonly object[]): unknown;

  /** The body of the letter that `onLetter` was told of. Throws if it cannot be read. */
  readLetter(): unknown;
  /**
   * Puts a letter in a party's mailbox; false if that party has ended. `stoppable`: it asks an interpreter for a call that may be
   * stopped, by `cancelCall` or when it has taken longer than `timeout` (milliseconds, from now on) or used more than `cpuTimeout`.
   */
  post(
    to: number,
    type: number,
    id: number,
    body: unknown,
    transfer?: readonly object[],
    stoppable?: boolean,
    timeout?: number,
    cpuTimeout?: number,
  ): boolean;
  /** Stops a call of this party's in interpreter `to`, wherever it is; `cancelled` follows. False if it is not there any more. */
  cancelCall(to: number, id: number): boolean;
  /** Whether something other than operations on channels keeps this Node environment alive; without effect in interpreters. */
  keepAlive(on: boolean): void;
  /** Whether it is so kept alive, or something waits in channels that others can still complete. */
  awaitsOthers(): boolean;
  /** Delivers what is in this party's mailbox now. */
  drain(): void;

  /** Starts an interpreter, which gets these letters before any others; `begun` follows. Returns its id. */
  createInterpreter(
    options: NativeInterpreterOptions,
    notices?: readonly [type: number, body: unknown][],
  ): number;
  /** A reserved interpreter is wanted now, under this name. False if it is not there any more. */
  claim(id: number, name: string): boolean;
  /** Ends an interpreter now, whatever it does; `ended` follows. False if it has ended already. */
  terminate(id: number, reason?: unknown): boolean;
  /** How an interpreter ended, or is about to; undefined while it lives, and when that is long ago. */
  ending(id: number): [cause: number, reason: unknown] | undefined;
  /** All interpreters that live in this process, in order of id. */
  interpreters(): NativeInterpreterInfo[];
  /**
   * Calls `onCallSync` of interpreter `id` on this thread, under its lock, and returns what that returned. `call` is a number that no
   * other pending call of this party to it has. Returns `NOTHING` when the lock was not had in `timeout` milliseconds, or the
   * interpreter has ended, and a `CancelCause` when the call was stopped. Should this interpreter wait in a circle of interpreters,
   * each of which calls the next and the last the first, it returns their ids, its own first. When the body cannot be read or the
   * answer cannot travel, `onCallSync` is called with type 0 and the error.
   */
  callSync(
    id: number,
    type: number,
    body: unknown,
    call: number,
    transfer?: readonly object[],
    timeout?: number,
    cpuTimeout?: number,
  ): unknown;
  /** The lock of an interpreter: undefined once that has ended. */
  lockState(id: number): LockState | undefined;

  /** Tells functions apart by the script and the place that they were compiled from; 0: no script. */
  functionKey(fn: unknown): number;
  /** Where a function was compiled from; lines and columns from 0. Undefined: no script. */
  functionPlace(fn: unknown): [file: string, line: number, column: number] | undefined;

  // Looking into an interpreter. These return a receiver for the answer, or undefined if the interpreter has ended; should it end
  // before it has answered, the channel closes. An answer of `false` means that there was no memory for it.

  /** One answer, a Float64Array; see src/interpreter/inspection.ts. */
  heapUsage(id: number): EndpointSeed | undefined;
  /** The parts of the snapshot as Uint8Arrays, then `true`. */
  heapSnapshot(id: number): EndpointSeed | undefined;
  /** One answer, a number for the profile. `interval`: microseconds. */
  startCpuProfile(id: number, interval: number): EndpointSeed | undefined;
  /** The parts of the profile as strings, then `true`. */
  stopCpuProfile(id: number, profile: number): EndpointSeed | undefined;
  /** Milliseconds of processor time that its thread has used; undefined once it has ended. */
  cpuTime(id: number): number | undefined;

  /**
   * Only in Node: how long the steps of an interpreter's start took, in milliseconds. Until its thread ran, making the
   * isolate, the context, running our own code there; undefined once it has ended.
   */
  startSteps(id: number): [number, number, number, number] | undefined;
  /** Only in Node. */
  codeCacheCounts(): CodeCacheCounts;
  /** Only in Node, before the first interpreter is created: the folder of our own code for interpreters. */
  setGuestFolder(path: string): void;
}

/** What Node's binding has beside. */
export interface NodeBinding extends Binding {
  /** Lets this environment serve as an interpreter: it is listed, takes that name, and whoever writes to it is told of its end. */
  becomeGuest(name: string, parent: number): void;
  /** Whether a Node runtime was written off whose thread has not come back, so that Node would wait for it at its end. */
  anyLeftBehind(): boolean;
  /** Ends the process at once, without the engine's help. */
  endProcess(code: number): never;
  /** What the process ends with, should it have to end without the engine's help. */
  setExitCode(code: number): void;
  /** The same, asked at the end if JavaScript can still run then, as it can after `process.exit()`. */
  setExitCodeReader(read: () => number): void;
  /** Why this environment is about to end: the `reason` of those who are told, unless it was terminated. */
  explainEnd(reason: unknown): void;
  /** A call that may be stopped is done, or is to be forgotten. */
  endCall(tag: number): void;
  /** The address of the table of functions for C. */
  nativeApi(): bigint;
  /** A token by which native code can claim a clone of an endpoint, which is open; if `moves`, the endpoint is given away. */
  exportEndpoint(endpoint: NativeEndpoint, moves: boolean): bigint;
  /** Takes a token back that was not claimed. */
  dropExport(token: bigint): void;
}

/** What an interpreter's binding has beside. */
export interface GuestBinding extends Binding {
  setGuestHooks(
    onTimer: GuestHooks['onTimer'],
    onImport: GuestHooks['onImport'],
    onImportMeta: GuestHooks['onImportMeta'],
    onRejection: GuestHooks['onRejection'],
    onMicrotasksDropped: GuestHooks['onMicrotasksDropped'],
    onCallSync: GuestHooks['onCallSync'],
  ): void;
  /**
   * Runs our own code of that name, once for each call, and returns its exports; see src/guest/chunks. `shared` gives it the exports
   * of modules that it does not have itself.
   */
  loadChunk(name: string, shared?: (file: string) => object): unknown;
  /**
   * Makes a function with that body and those parameters, in the global scope. Lines and columns, of errors too, are those of `file`,
   * where the body begins at `line` and `column` (from 0; also before the file's own start).
   */
  compileFunction(
    body: string,
    file: string,
    line: number,
    column: number,
    parameters: string[],
  ): (...args: unknown[]) => unknown;
  /** Runs a script in the global scope; returns its completion value. Its `import()` starts from `referrer`, or else from `name`. */
  runScript(source: string, name: string, referrer?: string): unknown;
  /** A new object each time: keep it. */
  moduleBinding(): ModuleBinding;
  /** See `shareOwnCode` in src/binding/own-code.ts. */
  readonly ownCode: Int32Array;
  stopPutOff(): boolean;
  /** Whether a call was told to stop, and has not been dropped. */
  isCancelled(tag: number): boolean;
  /** Collects all garbage, now. */
  collectGarbage(): void;
  /** The tag of the call whose code runs now, be it after an await; 0 if it is none that may be stopped. */
  currentCall(): number;
  /** A call that may be stopped is done, or is to be forgotten. */
  endCall(tag: number): void;
  /** Code of that call runs from now on, until `leaveCode` or the end of this hook. */
  enterCode(tag: number): void;
  leaveCode(): void;
  /** The loop is to call `onTimer` in so many milliseconds; negative: not any more. */
  setTimer(ms: number): void;
  /** Monotonic milliseconds. */
  now(): number;
  encodeUtf8(text: string): Uint8Array;
  /** Writes as many whole characters as there is room for; `counts` gets the code units read and the bytes written. */
  encodeUtf8Into(text: string, target: Uint8Array, counts: Uint32Array): void;
  /** Undefined if `fatal` and the bytes are not UTF-8. */
  decodeUtf8(bytes: ArrayBuffer | ArrayBufferView, fatal: boolean): string | undefined;
  decodeLatin1(bytes: ArrayBuffer | ArrayBufferView): string;
  /** Leaves lone surrogates as they are, and an odd byte at the end unread. */
  decodeUtf16(bytes: ArrayBuffer | ArrayBufferView, bigEndian: boolean): string;
  /**
   * Gives the global object properties, not enumerable, that `make` gives their values when they are first read; whatever is
   * assigned before takes their place. Each list begins with what its names come from, which is none.
   */
  lazyGlobals(lists: readonly (readonly string[])[], make: (name: string) => unknown): void;
  /** Fills a view with the operating system's random bytes. */
  fillRandom(view: ArrayBufferView): void;
  /** Ends the loop after this turn. */
  finish(): void;
}

/** Set once by the host's or the guest's first module, before any other of ours runs. */
export let native: Binding;

export function installBinding(binding: Binding): void {
  native = binding;
}
