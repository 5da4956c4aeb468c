/**
 * The yardstick: what a user writes in an hour. All hosts in parallel over sockets of its own without delay, one exec per
 * command, in order; no journal, no plan, no lock, nothing that outlives it.
 *
 *   node ssh2-exec.mjs KEY USER COMMANDS PORT…
 */
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import ssh2 from "ssh2";

const [key, username, commands, ...ports] = process.argv.slice(2);
const privateKey = readFileSync(key);

await Promise.all(ports.map((port) => work(Number(port))));

async function work(port) {
  const sock = connect({ host: "127.0.0.1", port, noDelay: true });
  const client = new ssh2.Client();
  await new Promise((resolve, reject) => {
    client.on("ready", resolve).on("error", reject);
    client.connect({ sock, username, privateKey });
  });
  for (let command = 1; command <= Number(commands); command++) {
    await exec(client, `/bin/echo ${command}`);
  }
  client.end();
}

function exec(client, line) {
  return new Promise((resolve, reject) => {
    client.exec(line, (problem, stream) => {
      if (problem) {
        reject(problem);
        return;
      }
      let out = "";
      stream.on("data", (chunk) => (out += chunk));
      stream.stderr.resume();
      stream.on("close", (code) =>
        code === 0 ? resolve(out) : reject(new Error(`status ${code}`)),
      );
    });
  });
}
