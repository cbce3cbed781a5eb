/** What import-meta-resolve takes of `node:assert`: what it asserts of itself. */

export default {
  ok(value: unknown, message: string): void {
    if (!value) throw new Error(message);
  },
};
