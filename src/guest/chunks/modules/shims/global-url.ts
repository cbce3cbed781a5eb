/** Takes the place of the global `URL` in import-meta-resolve. */

export { ModuleUrl as URL } from '../url.js';
