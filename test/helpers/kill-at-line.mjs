// Loaded into the real program by NODE_OPTIONS: it kills itself, as SIGKILL does, before or after its journal has had so many
// lines on disk. KILL_AT is "before 12" or "after 12".
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rmSync } from "node:fs";

const [when, wanted] = (process.env.KILL_AT ?? "").split(" ");
if (wanted !== undefined) {
  const own = join(tmpdir(), `runbook-kill-${process.pid}`);
  const handle = await open(own, "w");
  const prototype = Object.getPrototypeOf(handle);
  await handle.close();
  rmSync(own, { force: true });
  const { appendFile, datasync } = prototype;
  let lines = 0;
  const isReached = () => lines >= Number(wanted);
  prototype.appendFile = function (text, ...rest) {
    if (String(text).startsWith('{"seq":')) lines += String(text).split("\n").length - 1;
    if (when === "before" && isReached()) process.kill(process.pid, "SIGKILL");
    return appendFile.call(this, text, ...rest);
  };
  prototype.datasync = async function () {
    await datasync.call(this);
    if (when === "after" && isReached()) process.kill(process.pid, "SIGKILL");
  };
}
