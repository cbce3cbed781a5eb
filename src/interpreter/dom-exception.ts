type DOMExceptionClass = new (message: string, name: string) => Error;

interface Source {
  /** The class, if it may have instances. */
  known(): DOMExceptionClass | undefined;
  get(): DOMExceptionClass | undefined;
}

declare const DOMException: DOMExceptionClass | undefined;

function globalOne(): DOMExceptionClass | undefined {
  return typeof DOMException === 'function' ? DOMException : undefined;
}

/** The class of the errors that the Web's functions throw. */
export let domException: Source = { known: globalOne, get: globalOne };

/** For interpreters, which load it when it is needed. */
export function setDOMException(source: Source): void {
  domException = source;
}
