/**
 * Measures the template engine alone: `npm run build && node bench/templates.mjs`. Figures are renderings per second
 * of processor time; each call starts with nothing rendered, as a task on a host does. It leaves out YAML, vault and disk.
 */
import { evaluateCondition, renderText, renderValue } from "../dist/jinja/index.js";

const values = {
  app: "recursor",
  domain: "example.net",
  fqdn: "{{ app }}.{{ domain }}",
  port: 8080,
  users: Array.from({ length: 50 }, (_, uid) => ({ name: `u${uid}`, uid, groups: ["a", "b"] })),
};
for (let index = 0; index < 200; index++) values[`v${index}`] = `{{ app }}-${index}`;
const names = Array.from({ length: 500 }, (_, index) => `h${index}`);
const own = { site: "ams", full: "{{ fqdn }}/{{ site }}" };
const scope = [
  { trusted: true, values },
  { trusted: true, values: own },
];
const settings = { hosts: { names, scopeOf: () => scope } };

const task = {
  path: "/etc/app.conf",
  mode: "0644",
  owner: "root",
  line: "listen = {{ port }}",
  host: "{{ fqdn }}",
  list: ["{{ app }}", "plain", "{{ port + 1 }}"],
};
const file =
  "{% for u in users %}\n{{ u.name }} {{ u.uid }} {{ loop.index }}{{ ',' if not loop.last }}\n{% endfor %}\n";

const measured = {
  "one variable": () => renderValue("{{ port }}", scope, settings),
  "text with a variable of variables": () =>
    renderValue("https://{{ fqdn }}:{{ port }}/", scope, settings),
  "arguments of a task, 8 strings": () => renderValue(task, scope, settings),
  "a condition": () => evaluateCondition("port > 80 and app == 'recursor'", scope, settings),
  "a variable of one of 500 hosts": () => renderValue("{{ hostvars['h7'].full }}", scope, settings),
  "a variable of each of 500 hosts": () =>
    renderValue("{{ hostvars.values() | map(attribute='full') | list }}", scope, settings),
  "a chain of filters over 50 users": () =>
    renderValue(
      "{{ users | selectattr('uid', '>', 20) | map(attribute='name') | join(',') }}",
      scope,
      settings,
    ),
  "a template file with a loop of 50": () => renderText(file, scope, settings),
  "an expression never seen before": (turn) => renderValue(`{{ port + ${turn} }}`, scope, settings),
};

/** Of the processor, so that a busy machine does not count. */
function microseconds(since) {
  const { user, system } = process.cpuUsage(since);
  return user + system;
}

let turn = 0;
for (const [name, render] of Object.entries(measured)) {
  const rounds = [];
  for (let round = 0; round < 6; round++) {
    const start = process.cpuUsage();
    let count = 0;
    while (microseconds(start) < 200_000) {
      for (let index = 0; index < 20; index++) render(turn++);
      count += 20;
    }
    rounds.push(count / (microseconds(start) / 1e6));
  }
  // The first round warms up.
  const median = rounds.slice(1).toSorted((a, b) => a - b)[2] ?? 0;
  process.stdout.write(`${name.padEnd(36)} ${Math.round(median).toLocaleString("en")}/s\n`);
}
