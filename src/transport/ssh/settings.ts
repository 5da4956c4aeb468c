import type { ConnectionSettings } from "../../model/transport.ts";

export type SshSettings = Extract<ConnectionSettings, { readonly kind: "ssh" }>;
