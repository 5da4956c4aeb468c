import type { CallArguments, Expression, Statement } from "./syntax/ast.ts";

/** The expressions directly inside one. */
export function childrenOf(node: Expression): readonly Expression[] {
  switch (node.kind) {
    case "literal":
    case "name":
      return [];
    case "list":
    case "tuple":
      return node.items;
    case "dict":
      return node.pairs.flat();
    case "attribute":
      return [node.of];
    case "item":
      return [node.of, node.key];
    case "slice":
      return [node.of, ...present(...node.bounds)];
    case "call":
      return [node.callee, ...argumentsOf(node.args)];
    case "filter":
      return [...present(node.input), ...argumentsOf(node.args)];
    case "test":
      return [node.input, ...argumentsOf(node.args)];
    case "not":
    case "sign":
      return [node.operand];
    case "arithmetic":
    case "and":
    case "or":
      return [node.left, node.right];
    case "join":
      return node.parts;
    case "compare":
      return [node.first, ...node.rest.map((one) => one.right)];
    case "conditional":
      return [node.condition, node.then, ...present(node.otherwise)];
  }
}

function argumentsOf(args: CallArguments): readonly Expression[] {
  return [
    ...args.positional,
    ...args.named.map(([, value]) => value),
    ...present(args.spread, args.spreadNamed),
  ];
}

function present(...nodes: readonly (Expression | undefined)[]): Expression[] {
  return nodes.filter((node) => node !== undefined);
}

/** The expressions that a statement evaluates itself, in the scope in which it stands. */
export function expressionsOf(statement: Statement): readonly Expression[] {
  switch (statement.kind) {
    case "text":
    case "scope":
    case "block":
      return [];
    case "output":
    case "set":
      return [statement.value];
    case "if":
      return statement.branches.map((branch) => branch.condition);
    case "for":
      return [statement.over, ...present(statement.only)];
    case "set-block":
      return present(statement.filter);
    case "with":
      return statement.assignments.map(([, value]) => value);
    case "macro":
      return present(...statement.signature.params.map((param) => param.fallback));
    case "call-block":
      return [
        statement.call,
        ...present(...statement.signature.params.map((param) => param.fallback)),
      ];
    case "filter-block":
      return [statement.filter];
    case "extends":
    case "include":
    case "import":
    case "from":
      return [statement.template];
  }
}

/** The statements inside one, with the names that they see in addition. */
export function bodiesOf(
  statement: Statement,
): readonly { readonly body: readonly Statement[]; readonly names: readonly string[] }[] {
  switch (statement.kind) {
    case "text":
    case "output":
    case "set":
    case "extends":
    case "include":
    case "import":
    case "from":
      return [];
    case "if":
      return [...statement.branches.map((branch) => branch.body), statement.otherwise].map(
        (body) => ({ body, names: [] }),
      );
    case "for":
      return [
        { body: statement.body, names: ["loop", ...targetNames(statement.target)] },
        { body: statement.otherwise, names: [] },
      ];
    case "with":
      return [
        {
          body: statement.body,
          names: statement.assignments.flatMap(([target]) => targetNames(target)),
        },
      ];
    case "macro":
    case "call-block": {
      const params = statement.signature.params.map((param) => param.name);
      return [{ body: statement.body, names: [...params, "varargs", "kwargs", "caller"] }];
    }
    case "block":
      return [{ body: statement.body, names: ["super"] }];
    case "set-block":
    case "filter-block":
    case "scope":
      return [{ body: statement.body, names: [] }];
  }
}

/** The names that a statement gives to those that follow it. */
export function namesSetBy(statement: Statement): readonly string[] {
  switch (statement.kind) {
    case "set":
    case "set-block":
      return targetNames(statement.target);
    case "macro":
      return [statement.name];
    case "import":
      return [statement.as];
    case "from":
      return statement.names.map((one) => one.as);
    case "text":
    case "output":
    case "if":
    case "for":
    case "with":
    case "call-block":
    case "filter-block":
    case "scope":
    case "block":
    case "extends":
    case "include":
      return [];
  }
}

type Target = Extract<Statement, { kind: "set" }>["target"];

export function targetNames(target: Target): readonly string[] {
  switch (target.kind) {
    case "name":
      return [target.name];
    case "field":
      return [];
    case "unpack":
      return target.targets.flatMap(targetNames);
  }
}
