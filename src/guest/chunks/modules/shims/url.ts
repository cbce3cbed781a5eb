/** What import-meta-resolve takes of `node:url`. */

export { pathOf as fileURLToPath, urlOf as pathToFileURL } from '../url.js';
