/** Offsets into the text as it stands in the file; `end` is exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export type ScalarStyle = "plain" | "single" | "double" | "literal" | "folded";

export interface Properties {
  /** Without the `&`. */
  readonly anchor?: string;
  /** In full, for example `tag:yaml.org,2002:str` or `!vault`. */
  readonly tag?: string;
  readonly tagSpan?: Span;
}

/** `span` covers quotes and the header line of block scalars, but neither tag nor anchor. */
export interface ScalarNode extends Properties {
  readonly kind: "scalar";
  readonly text: string;
  readonly style: ScalarStyle;
  readonly span: Span;
  /** Nothing is written: `key:` or `-`. `span` is then where a value would go, right behind the indicator. */
  readonly absent: boolean;
}

export interface SequenceNode extends Properties {
  readonly kind: "sequence";
  readonly flow: boolean;
  readonly items: readonly YamlNode[];
  readonly span: Span;
}

export interface MappingEntry {
  readonly key: YamlNode;
  readonly value: YamlNode;
}

export interface MappingNode extends Properties {
  readonly kind: "mapping";
  readonly flow: boolean;
  readonly entries: readonly MappingEntry[];
  readonly span: Span;
}

/** `span` starts at the `*`. */
export interface AliasNode {
  readonly kind: "alias";
  readonly name: string;
  readonly span: Span;
}

/** What is written in a file, before it is given a meaning: anchors are not followed, scalars are text. */
export type YamlNode = ScalarNode | SequenceNode | MappingNode | AliasNode;
