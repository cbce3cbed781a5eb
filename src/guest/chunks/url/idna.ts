/** In the place of `tr46`, whose tables are a chunk of their own. */

import type { Options } from 'tr46';
import { tools } from './tools.js';

type ToAscii = (domain: string, options: Options) => string | null;

let withTables: ToAscii | undefined;

/** Tables change nothing in a domain of ASCII without encoded labels, but for capital letters. */
export function toASCII(domain: string, options: Options): string | null {
  if (!options.verifyDNSLength && /^[\0-\x7f]*$/.test(domain) && !/(^|\.)xn--/i.test(domain)) {
    return domain.toLowerCase();
  }
  withTables ??= (tools.guest.loadChunk('idna') as { toASCII: ToAscii }).toASCII;
  return withTables(domain, options);
}
