/** The value of a JSON module. `where` is named in the error. */
export function parseJson(where: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw Object.assign(new SyntaxError(`${where}: ${error.message}`, { cause: error }), {
      file: where,
    });
  }
}
