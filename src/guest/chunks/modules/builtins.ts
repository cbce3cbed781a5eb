import { services } from './services.js';

/** Node's own modules that can be named without `node:`; of all versions that we run in. */
const names =
  'assert async_hooks buffer child_process cluster console constants crypto dgram diagnostics_channel dns domain events fs http http2 https inspector module net os path perf_hooks process punycode querystring readline repl stream string_decoder sys timers tls trace_events tty url util v8 vm wasi worker_threads zlib';

const subpaths =
  'assert/strict dns/promises fs/promises inspector/promises path/posix path/win32 readline/promises stream/consumers stream/promises stream/web timers/promises util/types';

const legacy =
  '_http_agent _http_client _http_common _http_incoming _http_outgoing _http_server _stream_duplex _stream_passthrough _stream_readable _stream_transform _stream_wrap _stream_writable _tls_common _tls_wrap';

export const builtinModules = `${names} ${subpaths} ${legacy}`.split(' ');

const all = new Set(builtinModules);

export function isBuiltin(specifier: string): boolean {
  return specifier.startsWith('node:') || all.has(specifier);
}

/** `from`: a URL, a path, or empty. */
export function noNodeApi(specifier: string, from: string): Error {
  const by = from === '' ? '' : ` (imported from ${from})`;
  return services.error(
    'ERR_ISOLANE_NO_NODE_API',
    `${specifier}${by} is a module of Node, and this runtime has no Node API. Create the interpreter with runtime: 'node', or leave what needs Node to the host, which can talk to this interpreter over channels.`,
  );
}

export function noAddons(path: string): Error {
  return services.error(
    'ERR_ISOLANE_NO_NODE_API',
    `${path} is a native addon, and this runtime has no Node API. Create the interpreter with runtime: 'node' for it.`,
  );
}
