// LAB_KEEP=1 leaves the lab as the last scenario left it, to look at it.
import { spawnSync } from "node:child_process";
import { join } from "node:path";

// oxlint-disable-next-line import/no-default-export -- jest asks for it
export default function takeDown() {
  if (process.env.LAB_KEEP === "1") return;
  const lab = join(import.meta.dirname, "../../lab");
  spawnSync("bash", [lab, "down", "--purge"], { stdio: ["ignore", "inherit", "inherit"] });
}
