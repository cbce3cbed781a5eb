/** Gives the library the modules of the main bundle; made by scripts/lib/shared-modules.mjs. */
declare module 'isolane:shared' {
  export function shared(file: string): object;
}
