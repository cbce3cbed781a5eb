/** What kind of value it is, with an article where that needs one, for messages about wrong arguments. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  const type = typeof value;
  return `${type === 'object' ? 'an' : 'a'} ${type}`;
}
