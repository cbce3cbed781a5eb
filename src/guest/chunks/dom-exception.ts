import { constants, finishClass } from './support/classes.js';
import { invalidThis } from './support/node-errors.js';

/** The names that have a code, in order of the codes, which begin with 1; those that are no longer used have no name. */
const names: (readonly [name: string, constant: string])[] = [
  ['IndexSizeError', 'INDEX_SIZE_ERR'],
  ['', 'DOMSTRING_SIZE_ERR'],
  ['HierarchyRequestError', 'HIERARCHY_REQUEST_ERR'],
  ['WrongDocumentError', 'WRONG_DOCUMENT_ERR'],
  ['InvalidCharacterError', 'INVALID_CHARACTER_ERR'],
  ['', 'NO_DATA_ALLOWED_ERR'],
  ['NoModificationAllowedError', 'NO_MODIFICATION_ALLOWED_ERR'],
  ['NotFoundError', 'NOT_FOUND_ERR'],
  ['NotSupportedError', 'NOT_SUPPORTED_ERR'],
  ['InUseAttributeError', 'INUSE_ATTRIBUTE_ERR'],
  ['InvalidStateError', 'INVALID_STATE_ERR'],
  ['SyntaxError', 'SYNTAX_ERR'],
  ['InvalidModificationError', 'INVALID_MODIFICATION_ERR'],
  ['NamespaceError', 'NAMESPACE_ERR'],
  ['InvalidAccessError', 'INVALID_ACCESS_ERR'],
  ['', 'VALIDATION_ERR'],
  ['TypeMismatchError', 'TYPE_MISMATCH_ERR'],
  ['SecurityError', 'SECURITY_ERR'],
  ['NetworkError', 'NETWORK_ERR'],
  ['AbortError', 'ABORT_ERR'],
  ['URLMismatchError', 'URL_MISMATCH_ERR'],
  ['QuotaExceededError', 'QUOTA_EXCEEDED_ERR'],
  ['TimeoutError', 'TIMEOUT_ERR'],
  ['InvalidNodeTypeError', 'INVALID_NODE_TYPE_ERR'],
  ['DataCloneError', 'DATA_CLONE_ERR'],
];

const codes = new Map(names.map(([name], i) => [name, i + 1]));
codes.delete('');

class DOMException extends Error {
  readonly #name: string;
  readonly #message: string;

  constructor(message: unknown = '', options: unknown = 'Error') {
    const text = `${message}`;
    // The stack has what Error was given; the property would hide the one that all of them have.
    super(text);
    Reflect.deleteProperty(this, 'message');
    const isObject = typeof options === 'object' && options !== null;
    const { name = 'Error' } = isObject ? (options as { name?: unknown }) : { name: options };
    this.#message = text;
    this.#name = `${name}`;
    if (isObject && 'cause' in options) {
      const { cause: value } = options;
      Object.defineProperty(this, 'cause', { value, configurable: true, writable: true });
    }
  }

  override get name(): string {
    if (!(#name in this)) throw invalidThis('DOMException');
    return this.#name;
  }

  override get message(): string {
    if (!(#message in this)) throw invalidThis('DOMException');
    return this.#message;
  }

  get code(): number {
    if (!(#name in this)) throw invalidThis('DOMException');
    return codes.get(this.#name) ?? 0;
  }
}

finishClass(DOMException, 'DOMException', ['name', 'message', 'code']);
constants(DOMException, Object.fromEntries(names.map(([, constant], i) => [constant, i + 1])));

export function make(): object {
  return { DOMException };
}
