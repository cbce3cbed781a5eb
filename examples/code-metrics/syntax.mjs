/**
 * What the metrics need to know of each type of syntax node (ESTree, as acorn builds it).
 */

/**
 * Any node, with the properties that are asked for by name; the others are reached by the keys of its kind.
 *
 * @typedef {import('acorn').Node & { [key: string]: any } & { alternate?: any, computed?: any, id?: any, name?: any,
 *   operator?: any, property?: any, test?: any, value?: any }} SyntaxNode
 */

/**
 * @typedef {object} Kind
 * @property {readonly string[]} children the properties that hold nodes or arrays of nodes, the last in the source first
 * @property {boolean} isFunction
 * @property {boolean} isIdentifier
 * @property {boolean} nests makes what is inside it one level deeper
 * @property {boolean} decides adds a path through the code
 * @property {boolean} shorthand one piece of source may be both children, as in `{ a }` and `import { a }`
 * @property {readonly [value: string, name: string] | null} names a function in the first property is called what the
 *   second one says
 */

/**
 * @param {string} children in the order of the source
 * @param {Partial<Omit<Kind, 'children'>>} [traits]
 * @returns {Kind}
 */
function kind(children, traits = {}) {
  return {
    children: children === '' ? [] : children.split(' ').reverse(),
    isFunction: false,
    isIdentifier: false,
    nests: false,
    decides: false,
    shorthand: false,
    names: null,
    ...traits,
  };
}

const leaf = kind('');
const identifierKind = kind('', { isIdentifier: true });
const functionKind = kind('id params body', { isFunction: true, nests: true });
const classKind = kind('id superClass body');
const memberKind = kind('key value', { names: ['value', 'key'] });
const forEachKind = kind('left right body', { nests: true, decides: true });

const logicalAssignments = new Set(['&&=', '||=', '??=']);

/** @type {ReadonlyMap<string, Kind>} */
const kinds = new Map(
  Object.entries({
    ArrayExpression: kind('elements'),
    ArrayPattern: kind('elements'),
    ArrowFunctionExpression: functionKind,
    AssignmentExpression: kind('left right', { names: ['right', 'left'] }),
    AssignmentPattern: kind('left right', { names: ['right', 'left'] }),
    AwaitExpression: kind('argument'),
    BinaryExpression: kind('left right'),
    BlockStatement: kind('body'),
    BreakStatement: kind('label'),
    CallExpression: kind('callee arguments'),
    CatchClause: kind('param body', { decides: true }),
    ChainExpression: kind('expression'),
    ClassBody: kind('body'),
    ClassDeclaration: classKind,
    ClassExpression: classKind,
    ConditionalExpression: kind('test consequent alternate', { decides: true }),
    ContinueStatement: kind('label'),
    DebuggerStatement: leaf,
    DoWhileStatement: kind('body test', { nests: true, decides: true }),
    EmptyStatement: leaf,
    ExportAllDeclaration: kind('exported source attributes'),
    ExportDefaultDeclaration: kind('declaration'),
    ExportNamedDeclaration: kind('declaration specifiers source attributes'),
    ExportSpecifier: kind('local exported', { shorthand: true }),
    ExpressionStatement: kind('expression'),
    ForInStatement: forEachKind,
    ForOfStatement: forEachKind,
    ForStatement: kind('init test update body', { nests: true, decides: true }),
    FunctionDeclaration: functionKind,
    FunctionExpression: functionKind,
    Identifier: identifierKind,
    // Its alternate is the walk's own business: `else if` stands beside the `if`, not inside it.
    IfStatement: kind('test consequent', { nests: true, decides: true }),
    ImportAttribute: kind('key value'),
    ImportDeclaration: kind('specifiers source attributes'),
    ImportDefaultSpecifier: kind('local'),
    ImportExpression: kind('source options'),
    ImportNamespaceSpecifier: kind('local'),
    ImportSpecifier: kind('imported local', { shorthand: true }),
    LabeledStatement: kind('label body'),
    Literal: leaf,
    LogicalExpression: kind('left right', { decides: true }),
    MemberExpression: kind('object property'),
    MetaProperty: kind('meta property'),
    MethodDefinition: memberKind,
    NewExpression: kind('callee arguments'),
    ObjectExpression: kind('properties'),
    ObjectPattern: kind('properties'),
    ParenthesizedExpression: kind('expression'),
    PrivateIdentifier: identifierKind,
    Program: kind('body'),
    Property: kind('key value', { shorthand: true, names: ['value', 'key'] }),
    PropertyDefinition: memberKind,
    RestElement: kind('argument'),
    ReturnStatement: kind('argument'),
    SequenceExpression: kind('expressions'),
    SpreadElement: kind('argument'),
    StaticBlock: kind('body'),
    Super: leaf,
    SwitchCase: kind('test consequent'),
    SwitchStatement: kind('discriminant cases', { nests: true }),
    TaggedTemplateExpression: kind('tag quasi'),
    TemplateElement: leaf,
    TemplateLiteral: kind('quasis expressions'),
    ThisExpression: leaf,
    ThrowStatement: kind('argument'),
    TryStatement: kind('block handler finalizer', { nests: true }),
    UnaryExpression: kind('argument'),
    UpdateExpression: kind('argument'),
    VariableDeclaration: kind('declarations'),
    VariableDeclarator: kind('id init', { names: ['init', 'id'] }),
    WhileStatement: kind('test body', { nests: true, decides: true }),
    WithStatement: kind('object body'),
    YieldExpression: kind('argument'),
  }),
);

/**
 * @param {SyntaxNode} node
 * @returns {Kind}
 */
export function kindOf(node) {
  const found = kinds.get(node.type);
  if (found === undefined) throw new Error(`Unknown syntax: ${node.type}`);
  return found;
}

/**
 * @param {SyntaxNode} node
 * @param {Kind} kind the node's own
 */
export function isDecision(node, kind) {
  if (kind.decides) return true;
  if (node.type === 'SwitchCase') return node.test !== null;
  return node.type === 'AssignmentExpression' && logicalAssignments.has(node.operator);
}

/**
 * The name that a target gives the function assigned to it: `name` in `name = …`, `a.name = …`, `{ name: … }`,
 * `{ 'name': … }`.
 *
 * @param {SyntaxNode} target
 * @returns {string | undefined}
 */
export function nameOf(target) {
  switch (target.type) {
    case 'Identifier':
      return target.name;
    case 'PrivateIdentifier':
      return `#${target.name}`;
    case 'MemberExpression':
      return target.computed ? undefined : nameOf(target.property);
    case 'Literal':
      return String(target.value);
    default:
      return undefined;
  }
}
