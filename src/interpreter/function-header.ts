/** What the source of a function says before its parameters. */
export interface FunctionHeader {
  /** `async (…`: an arrow function, or a method of that name; only compiling it tells. */
  form: 'arrow' | 'function' | 'method' | 'class' | 'async-or-method';
  isAsync: boolean;
  isGenerator: boolean;
  /** Of a method; '' if it is computed. */
  key: string;
  /** Where the engine says that the function is: at its parameters, or at the start of an arrow function. */
  position: number;
}

/** Reads the header of a function's source, as `Function.prototype.toString` gives it. */
export function readHeader(source: string): FunctionHeader {
  // Here, not outside: interpreters have this code from their start, and hardly ever need it.
  const space = /(?:\s|\/\*.*?\*\/|\/\/[^\n\r\u2028\u2029]*)*/sy;
  const nameOrPart = /#?(?:[\p{ID_Start}$_]|\\u)(?:[\p{ID_Continue}$\u200c\u200d]|\\u|[{}])*/uy;
  const literalKey = /'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[\d.][\w.]*/sy;
  const names: string[] = [];
  let tokens = 0;
  let key: string | undefined;
  let isGenerator = false;
  let at = 0;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(source)?.[0];
    if (found !== undefined) at += found.length;
    return found;
  };
  for (;;) {
    take(space);
    const next = source[at];
    if (next === '*') {
      isGenerator = true;
      at++;
    } else if (next === '[') {
      at = endOfBrackets(source, at);
      key = '';
      tokens++;
    } else {
      const literal = take(literalKey);
      const name = literal ?? take(nameOrPart);
      if (name === undefined) break;
      tokens++;
      if (literal === undefined) names.push(name);
      key = literal === undefined ? name : literal.replace(/^(['"])(.*)\1$/s, '$2');
    }
  }
  const [first, second] = names;
  const header = { isAsync: false, isGenerator, key: key ?? '', position: at };
  if (source[at] !== '(')
    return { ...header, form: first === 'class' ? 'class' : 'arrow', position: 0 };
  if (key === undefined) return { ...header, form: 'arrow', position: 0 };
  const isAsync = first === 'async' && (tokens > 1 || isGenerator);
  if (first === 'class' && names.length > 1) return { ...header, form: 'class', position: 0 };
  if (first === 'function' || (isAsync && second === 'function')) {
    return { ...header, form: 'function', isAsync };
  }
  const bare = first === 'async' && !isAsync;
  return { ...header, form: bare ? 'async-or-method' : 'method', isAsync };
}

/** After the bracket that closes the one at `from`. */
function endOfBrackets(source: string, from: number): number {
  const brackets = /[[\]]|'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`|\/\*.*?\*\//gs;
  let depth = 0;
  brackets.lastIndex = from;
  for (let found = brackets.exec(source); found !== null; found = brackets.exec(source)) {
    if (found[0] === '[') depth++;
    if (found[0] === ']' && --depth === 0) return brackets.lastIndex;
  }
  return source.length;
}
