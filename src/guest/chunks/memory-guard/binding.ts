/** What native/binding/memory_guard.cc gives. Each function works whatever it is called on. */
export interface MemoryGuardBinding {
  /** Bytes. */
  limit(): number;
  /** Whether the engine counts memories of WebAssembly that are not shared. */
  countsWasmMemories(): boolean;
  /** Whether so many bytes more may be taken; garbage is collected if not. */
  hasRoom(bytes: number): boolean;
  /** From now on all of this buffer's memory counts, however it grows. */
  count(buffer: ArrayBufferLike): void;
  /** Whether a buffer may be made so large. If so, what it grows by counts. */
  mayGrow(buffer: unknown, bytes: number): boolean;
  /**
   * Undefined if a module (or the bytes of one) defines no memory that the engine does not count; null if that cannot be told; or
   * else a module that is the same, but imports them: its bytes, the name of what it imports them from, and what to make them of.
   */
  importedMemories(source: unknown): [ArrayBuffer, string, MemoryDescriptor[]] | undefined | null;
}

/** As `new WebAssembly.Memory` takes it. */
export interface MemoryDescriptor {
  initial?: number | bigint;
  minimum?: number | bigint;
  maximum?: number | bigint;
  shared?: boolean;
  address?: string;
  index?: string;
}
