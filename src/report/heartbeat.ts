/** For outputs without a live view: a task that has been at work in silence for a while is named, with since when. */
import { clockTime } from "../lib/clock-time.ts";
import { showDuration } from "../lib/duration.ts";
import { printable } from "../lib/printable.ts";
import type { Reporter } from "../model/event.ts";
import type { HostId } from "../model/ids.ts";
import { FLEET, hostId } from "../model/ids.ts";
import { hostList } from "./host-list.ts";
import type { Paint } from "./paint.ts";

export interface HeartbeatOptions {
  readonly write: (text: string) => void;
  readonly paint: Paint;
  readonly now: () => number;
  readonly silenceMs: number;
}

/** A reporter whose `beat` is called now and then. */
export interface Heartbeat extends Reporter {
  readonly beat: () => void;
}

interface AtWork {
  readonly task: string;
  readonly sinceMs: number;
  heardMs: number;
}

/** Each beat writes at most one line for each task, however many hosts are at it. */
export function createHeartbeat(options: HeartbeatOptions): Heartbeat {
  const { now, paint, silenceMs, write } = options;
  const atWork = new Map<HostId, AtWork>();
  return {
    entry({ entry }) {
      if (entry.type === "settled" || entry.type === "undo-settled") atWork.delete(entry.of.host);
      else if (entry.type === "host-lost" || entry.type === "host-rolled-back")
        atWork.delete(entry.host);
      else if (entry.type === "run-stopped" || entry.type === "run-finished") atWork.clear();
    },
    event(event) {
      if (event.type === "task-begun") {
        const sinceMs = now();
        atWork.set(event.of.host, { task: event.name, sinceMs, heardMs: sinceMs });
      } else if (event.type === "said" || event.type === "waiting") {
        const known = atWork.get(event.host);
        if (known) known.heardMs = now();
      }
    },
    beat() {
      const silent = new Map<string, { hosts: HostId[]; sinceMs: number }>();
      for (const [host, one] of atWork) {
        if (now() - one.heardMs < silenceMs) continue;
        one.heardMs = now();
        const known = silent.get(one.task) ?? { hosts: [], sinceMs: one.sinceMs };
        known.hosts.push(host);
        silent.set(one.task, { ...known, sinceMs: Math.min(known.sinceMs, one.sinceMs) });
      }
      for (const [task, { hosts, sinceMs }] of silent) {
        const names = hosts.map((host) => (host === FLEET ? hostId("fleet") : host));
        const since = `since ${clockTime(sinceMs, "seconds")}, ${showDuration(now() - sinceMs)}`;
        write(`${hostList(names)}  ${paint.dim("…")} still at it: ${printable(task)} (${since})\n`);
      }
    },
  };
}
