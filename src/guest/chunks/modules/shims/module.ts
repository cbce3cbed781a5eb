/** What import-meta-resolve takes of `node:module`. */

export { builtinModules } from '../builtins.js';
