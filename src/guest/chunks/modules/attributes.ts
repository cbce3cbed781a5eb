/** Import attributes, by Node's rules: `type: 'json'`, and only where it is true. */

/** `attributes`: keys and values in turn. Returns the type, `''` if none is given. */
export function typeOf(attributes: readonly string[], url: string): '' | 'json' {
  let type: '' | 'json' = '';
  for (let i = 0; i + 1 < attributes.length; i += 2) {
    const [key, value] = [attributes[i], attributes[i + 1]];
    if (key !== 'type') {
      throw failure(
        'ERR_IMPORT_ATTRIBUTE_UNSUPPORTED',
        `Import attribute "${key}" with value "${value}" is not supported in ${url}`,
      );
    }
    if (value !== 'json') {
      throw failure(
        'ERR_IMPORT_ATTRIBUTE_UNSUPPORTED',
        `Import attribute "type" with value "${value}" is not supported in ${url}`,
      );
    }
    type = 'json';
  }
  return type;
}

/** Throws unless the type fits what the module is. `any`: whoever asks has no way to give a type. */
export function checkType(type: '' | 'json' | 'any', format: string, url: string): void {
  if (type === 'any' || (type === 'json') === (format === 'json')) return;
  if (type === '') {
    throw failure(
      'ERR_IMPORT_ATTRIBUTE_MISSING',
      `Module "${url}" needs an import attribute of "type: json"`,
    );
  }
  throw failure('ERR_IMPORT_ATTRIBUTE_TYPE_INCOMPATIBLE', `Module "${url}" is not of type "json"`);
}

function failure(code: string, message: string): TypeError {
  return Object.assign(new TypeError(message), { code });
}
