import { join } from 'node:path';

/** Where all of this lies once it is bundled: the folder of the package's entry. */
export const dist = __dirname;
export const entry = __filename;

/** The folder of our own code for interpreters. */
export const guestFolder = join(dist, 'guest');

/** The package's. */
export const root = join(dist, '..');
