/** What import-meta-resolve takes of `node:process`: its warnings are for those who publish packages. */

export default { noDeprecation: true };
