import type { JsonObject } from "./json.ts";

/** What a host says about itself, under Ansible's names without the `ansible_` prefix: `distribution`, `hostname`, … */
export type Facts = JsonObject;
