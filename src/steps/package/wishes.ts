import type { PackageSource } from "../_apt/params.ts";

export interface PackageParams {
  readonly name: string | readonly string[];
  readonly version?: string;
  readonly state?: "present" | "latest" | "absent";
  readonly source?: PackageSource;
  readonly update_cache?: boolean | number;
  readonly lock_timeout?: number | string;
  readonly allow_downgrade?: boolean;
  readonly allow_change_held_packages?: boolean;
  readonly keep_old?: boolean;
  readonly way_back?: "required" | "optional";
}

export function mayDowngrade(params: PackageParams): boolean {
  return params.allow_downgrade ?? params.version !== undefined;
}

export function wayBackOf(params: PackageParams): "required" | "optional" {
  return params.way_back ?? (params.version === undefined ? "optional" : "required");
}
