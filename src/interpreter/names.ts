/** How an interpreter is called in messages. */
export function interpreterName(id: number, name: string): string {
  return name === '' ? `interpreter ${id}` : `interpreter ${id} (${name})`;
}
