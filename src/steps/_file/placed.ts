// What copy and template share: a whole file that comes from elsewhere is put at its destination.
import type { SchemaFor } from "../../model/schema.ts";
import type { Check } from "../../model/step.ts";
import type { HostReader } from "../../model/transport.ts";
import { INLINE, look, type Looked } from "./look.ts";
import { octal } from "./mode.ts";
import { ABSOLUTE, BACKUP, GROUP, MODE, OWNER, VALIDATE, type OwnerParams } from "./params.ts";
import { checkPut, missingFolder, sha256Of, type Wanted } from "./put.ts";
import type { FileRecord } from "./record.ts";

export interface PlacedParams extends OwnerParams {
  readonly dest: string;
  readonly force: boolean;
  readonly follow: boolean;
  readonly backup: boolean;
  readonly validate?: string;
}

export const DEST: SchemaFor<PlacedParams>["dest"] = {
  type: "string",
  required: true,
  pattern: ABSOLUTE,
  description: "Where to put it: a file, or a folder that gets a file of the same name as `src`.",
};

export const PLACED_ATTRIBUTES: SchemaFor<OwnerParams> = {
  owner: OWNER,
  group: GROUP,
  mode: { ...MODE, description: `${MODE.description} \`preserve\` gives it the mode of \`src\`.` },
};

export const PLACED_MANNER: SchemaFor<Omit<PlacedParams, "dest" | keyof OwnerParams>> = {
  force: {
    type: "boolean",
    default: true,
    description: "With `false`, a file that exists stays as it is, whatever it holds.",
  },
  follow: {
    type: "boolean",
    default: false,
    description: "Whether a symbolic link at `dest` is followed instead of being replaced.",
  },
  backup: BACKUP,
  validate: VALIDATE,
};

/** `sourceMode`: the permissions of the source, for `mode: preserve`. */
export function wantedAt(params: PlacedParams, bytes: Uint8Array, sourceMode?: number): Wanted {
  const { mode, validate, backup } = params;
  const preserved = sourceMode === undefined ? undefined : octal(sourceMode);
  const given = mode === "preserve" ? preserved : mode;
  return {
    ...ownersOf(params),
    ...(given === undefined ? {} : { mode: given }),
    ...(validate === undefined ? {} : { validate }),
    backup,
    bytes,
  };
}

/** `into`: the name of the file where `dest` is a folder. */
export function lookAtDest(
  host: HostReader,
  params: PlacedParams,
  wanted: Wanted,
  into: string | undefined,
): Promise<Looked> {
  return look(host, {
    path: params.dest,
    follow: params.follow,
    ...(into === undefined ? {} : { into }),
    ...ownersOf(params),
    hash: true,
    bytes: { upTo: INLINE, unless: sha256Of(wanted.bytes) },
  });
}

export function checkPlaced(looked: Looked, wanted: Wanted, force: boolean): Check<FileRecord> {
  if (!force && looked.now.kind !== "absent") return { kind: "satisfied" };
  const diagnostic = missingFolder(looked);
  if (diagnostic !== undefined && looked.obstacle === undefined) {
    return { kind: "blocked", diagnostic };
  }
  return checkPut(looked, wanted);
}

function ownersOf({ owner, group }: OwnerParams): Pick<OwnerParams, "owner" | "group"> {
  return { ...(owner === undefined ? {} : { owner }), ...(group === undefined ? {} : { group }) };
}
