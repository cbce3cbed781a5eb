/** What import-meta-resolve takes of `node:v8`. */

export default { startupSnapshot: { isBuildingSnapshot: () => false } };
