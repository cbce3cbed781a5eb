/** The folder of Isolane's C header, for the `include_dirs` of a binding.gyp; see docs/native.md. */
declare const folder: string;
export = folder;
