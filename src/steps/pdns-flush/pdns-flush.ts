import { sh } from "../../model/command.ts";
import { defineChanging } from "../../model/step.ts";
import { mustAnswer } from "../_pdns/control.ts";
import * as place from "../_pdns/places.ts";

export interface Params {
  readonly control?: readonly string[];
}

export const step = defineChanging<Params, never>({
  name: "pdns.flush",
  summary: "Makes a server see what Lightning Stream brought: new zones, changed records",
  description: `
Lightning Stream writes into the LMDB behind the server's back: new zones are refused until the zone cache is renewed,
and old answers stay in the packet cache. This asks the server to rediscover its zones and then empties its caches, in
that order: a query in between would put a refusal into the cache again. There is nothing to take back.`.trim(),
  params: { control: place.controlParam },
  examples: [{ title: "Before answers are compared", yaml: "pdns.flush: {}" }],
  where: "host",
  idempotent: true,
  cancel: "safe",
  reads: () => [`unit:${place.PDNS_UNIT}`],
  touches: () => [`cache:${place.PDNS_UNIT}`],
  check: async () => ({
    kind: "pending",
    changes: [{ what: "caches of PowerDNS", before: "as they are", after: "renewed" }],
    undo: { kind: "nothing" },
  }),
  async apply(host, params) {
    const control = params.control ?? place.PDNS_CONTROL;
    await mustAnswer(host, sh`${control} rping`, /^PONG/m);
    await mustAnswer(host, sh`${control} rediscover`, /^ok/im);
    const purged = await mustAnswer(host, sh`${control} purge`, /^\d+/m);
    return { kind: "done", changed: true, after: null, result: { purged: Number(purged) } };
  },
  undo: async () => ({ kind: "already" }),
});
