/**
 * As much of the URL Standard as the resolution of modules needs: `file:` URLs whole, all others as a scheme and what follows. A guest's
 * own `URL` is not used: it is larger, and the user's code may replace it.
 */
export class ModuleUrl {
  readonly protocol: string;
  readonly pathname: string;
  search = '';
  hash = '';

  constructor(input: string | ModuleUrl, base?: string | ModuleUrl) {
    if (input instanceof ModuleUrl) {
      this.protocol = input.protocol;
      this.pathname = input.pathname;
      this.search = input.search;
      this.hash = input.hash;
      return;
    }
    let rest = String(input)
      .replace(SURROUNDING, '')
      .replace(/[\t\n\r]/g, '');
    const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(rest)?.[1];
    const from = base === undefined ? undefined : new ModuleUrl(base);
    if (scheme === undefined && from?.protocol !== 'file:') throw invalidUrl(input, base);
    this.protocol = scheme === undefined ? 'file:' : `${scheme.toLowerCase()}:`;
    if (scheme !== undefined) rest = rest.slice(scheme.length + 1);

    const hashAt = rest.indexOf('#');
    if (hashAt >= 0) {
      this.hash = hashAt === rest.length - 1 ? '' : encode(rest.slice(hashAt), IN_FRAGMENT);
      rest = rest.slice(0, hashAt);
    }
    // data: URLs have their content in the path; a question mark there is content all the same, but WHATWG calls it a query.
    const searchAt = rest.indexOf('?');
    if (searchAt >= 0) {
      this.search = searchAt === rest.length - 1 ? '' : encode(rest.slice(searchAt), IN_QUERY);
      rest = rest.slice(0, searchAt);
    }
    if (this.protocol !== 'file:') {
      this.pathname = encode(rest, IN_OPAQUE);
      return;
    }
    rest = rest.replaceAll('\\', '/');
    if (rest.startsWith('//')) {
      const [host = ''] = /^[^/]*/.exec(rest.slice(2)) ?? [];
      if (host !== '' && host.toLowerCase() !== 'localhost') throw invalidUrl(input, base);
      rest = rest.slice(2 + host.length);
    } else if (!rest.startsWith('/') && from?.protocol === 'file:') {
      if (rest === '') {
        this.pathname = from.pathname;
        if (searchAt < 0) this.search = from.search;
        return;
      }
      rest = from.pathname.slice(0, from.pathname.lastIndexOf('/') + 1) + rest;
    }
    this.pathname = normalized(encode(rest, IN_PATH));
  }

  get href(): string {
    const host = this.protocol === 'file:' ? '//' : '';
    return this.protocol + host + this.pathname + this.search + this.hash;
  }

  toString(): string {
    return this.href;
  }
}

/** C0 controls and spaces. */
const SURROUNDING = /^[\0-\x20]+|[\0-\x20]+$/g;

/** What is percent-encoded where. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are meant.
const IN_OPAQUE = /[\0-\x1f\x7f-\u{10ffff}]/gu;
const IN_FRAGMENT = /[\0-\x20"<>`\x7f-\u{10ffff}]/gu;
const IN_QUERY = /[\0-\x20"#<>'\x7f-\u{10ffff}]/gu;
const IN_PATH = /[\0-\x20"#<>?^`{}\x7f-\u{10ffff}]/gu;

function encode(text: string, characters: RegExp): string {
  return text.replace(characters, (character) => {
    const code = character.charCodeAt(0);
    // Lone surrogates cannot be encoded.
    const isLone = character.length === 1 && code >= 0xd800 && code <= 0xdfff;
    if (code >= 0x80) return encodeURIComponent(isLone ? '\ufffd' : character);
    return `%${code.toString(16).toUpperCase().padStart(2, '0')}`;
  });
}

function normalized(path: string): string {
  // The common case: no segment of dots, written out or encoded.
  if (!/\/(\.|%2e)/i.test(path)) return path.startsWith('/') ? path : `/${path}`;
  const segments: string[] = [];
  const all = path.replace(/^\//, '').split('/');
  all.forEach((segment, at) => {
    const isLast = at === all.length - 1;
    const plain = segment.replace(/%2e/gi, '.');
    if (plain === '..') {
      segments.pop();
      if (isLast) segments.push('');
    } else if (plain === '.') {
      if (isLast) segments.push('');
    } else {
      segments.push(segment);
    }
  });
  return `/${segments.join('/')}`;
}

function invalidUrl(input: unknown, base: unknown): TypeError {
  const from = base === undefined ? '' : ` from ${base}`;
  return Object.assign(new TypeError(`Invalid URL '${input}'${from}`), {
    code: 'ERR_INVALID_URL',
    input,
  });
}

/** The path of a `file:` URL; of other URLs, which only error messages ask for, their text. */
export function pathOf(url: string | ModuleUrl): string {
  const { protocol, pathname, href } = new ModuleUrl(url);
  if (protocol !== 'file:') return href;
  if (/%2f/i.test(pathname)) {
    throw Object.assign(new TypeError('File URL path must not include encoded / characters'), {
      code: 'ERR_INVALID_FILE_URL_PATH',
    });
  }
  return decodeURIComponent(pathname);
}

export function urlOf(path: string): ModuleUrl {
  const encoded = path.replace(/[%\\\n\r\t?#]/g, (character) => encodeURIComponent(character));
  return new ModuleUrl(`file://${encoded}`);
}
