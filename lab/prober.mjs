// Asks every name server for an SOA ten times a second over UDP, and tells who was silent when.
//
// usage: prober.mjs [--for SECONDS] [--log FILE] [--zones FILE] NAME=ADDRESS...
//
// Without --for it runs until SIGINT or SIGTERM. The log has one JSON line per tick. The report, on standard output, is
// JSON: per server its silent intervals, and the largest number of servers that were silent in the same tick.
// A server is silent in a tick when its one query got no NOERROR answer with AA and an SOA within 250 ms.
import { createSocket } from "node:dgram";
import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import { parseArgs } from "node:util";
import packet from "dns-packet";

const TICK_MS = 100;
const PATIENCE_MS = 250;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { for: { type: "string" }, log: { type: "string" }, zones: { type: "string" } },
});
const servers = positionals
  .map((word) => word.split("="))
  .map(([name, address]) => ({ name, address }));
if (servers.length === 0)
  throw new Error("usage: prober.mjs [--for SECONDS] [--log FILE] [--zones FILE] NAME=ADDRESS...");
const zones =
  values.zones === undefined
    ? Array.from({ length: 50 }, (_, index) => `z${index + 1}.example`)
    : readFileSync(values.zones, "utf8").split(/\s+/).filter(Boolean);
const log = values.log === undefined ? null : openSync(values.log, "w");

const socket = createSocket("udp4");
const waiting = new Map(); // "address/query id" → what to do with the answer
let nextId = Math.floor(Math.random() * 65_536);

socket.on("message", (message, from) => {
  let answer;
  try {
    answer = packet.decode(message);
  } catch {
    return; // not an answer; the query runs into its timeout
  }
  waiting.get(`${from.address}/${answer.id}`)?.(answer);
});
socket.on("error", () => {}); // a dead link is silence, not a reason to stop

function verdict(answer, zone) {
  if (answer.rcode !== "NOERROR") return answer.rcode;
  if (!answer.flag_aa) return "not authoritative";
  return answer.answers.some((record) => record.type === "SOA" && record.name === zone)
    ? "ok"
    : "no SOA";
}

function ask(server, zone) {
  return new Promise((resolve) => {
    const id = (nextId = (nextId + 1) % 65_536);
    const key = `${server.address}/${id}`;
    const settle = (word) => {
      waiting.delete(key);
      clearTimeout(timer);
      resolve(word);
    };
    // When this process was held up, timers run before the answers that arrived meanwhile: let those be read first.
    const timer = setTimeout(
      () => setImmediate(() => setImmediate(settle, "timeout")),
      PATIENCE_MS,
    );
    waiting.set(key, (answer) => settle(verdict(answer, zone)));
    const query = packet.encode({ type: "query", id, questions: [{ type: "SOA", name: zone }] });
    socket.send(query, 53, server.address, (error) => {
      if (error) settle(error.code ?? "send failed");
    });
  });
}

const ticks = [];
const pending = new Set();
const started = Date.now();
let late = 0;

async function tick(number) {
  const at = Date.now();
  const zone = zones[number % zones.length];
  const words = await Promise.all(servers.map((server) => ask(server, zone)));
  const seen = { at: new Date(at).toISOString(), ms: at - started, zone };
  servers.forEach((server, index) => (seen[server.name] = words[index]));
  ticks[number] = seen;
  if (log !== null) writeSync(log, `${JSON.stringify(seen)}\n`);
}

// Each tick is due at its own moment, so that a late one does not shift all that follow.
let number = 0;
let timer;
function schedule() {
  timer = setTimeout(
    () => {
      const lateBy = Date.now() - started - number * TICK_MS;
      if (lateBy > TICK_MS) late += 1;
      const one = tick(number);
      pending.add(one);
      void one.finally(() => pending.delete(one));
      number += 1;
      schedule();
    },
    Math.max(0, started + number * TICK_MS - Date.now()),
  );
}

function silencesOf({ name }) {
  const silences = [];
  let open = null;
  for (const seen of ticks) {
    if (seen[name] === "ok") {
      open = null;
    } else if (open === null) {
      open = { from: seen.at, ticks: 1, first: seen.ms, last: seen.ms, why: [seen[name]] };
      silences.push(open);
    } else {
      open.ticks += 1;
      open.last = seen.ms;
      if (!open.why.includes(seen[name])) open.why.push(seen[name]);
    }
  }
  return silences.map(({ from, ticks: count, first, last, why }) => ({
    from,
    ms: last - first + TICK_MS,
    ticks: count,
    why,
  }));
}

async function finish() {
  clearTimeout(timer);
  await Promise.all(pending);
  socket.close();
  if (log !== null) closeSync(log);
  const silentIn = (seen) => servers.filter(({ name }) => seen[name] !== "ok").length;
  const report = {
    seconds: Math.round((Date.now() - started) / 100) / 10,
    ticks: ticks.length,
    lateTicks: late,
    mostSilentAtOnce: Math.max(0, ...ticks.map(silentIn)),
    servers: Object.fromEntries(servers.map((server) => [server.name, silencesOf(server)])),
  };
  console.log(JSON.stringify(report, null, 2));
}

let stopping = false;
function stop() {
  if (stopping) return;
  stopping = true;
  void finish();
}

process.on("SIGINT", stop);
process.on("SIGTERM", stop);
if (values.for !== undefined) setTimeout(stop, Number(values.for) * 1000).unref();
schedule();
