/** `RUNBOOK_NOTIFY`: who is told of every run of this machine, whatever the playbook says. */
import { readFile } from "node:fs/promises";
import { errorText } from "../lib/error-words.ts";
import type { Outcome } from "../model/diagnostic.ts";
import type { Notice } from "../model/playbook.ts";
import { loadNotices } from "../playbook/notice-file.ts";
import type { Settings } from "./settings.ts";

export async function houseNotices(settings: Settings): Promise<Outcome<readonly Notice[]>> {
  const path = settings.path("notify");
  if (path === undefined) return { value: [], problems: [] };
  try {
    return loadNotices(await readFile(path, "utf8"), path);
  } catch (problem) {
    return {
      problems: [
        {
          code: "cli/notify",
          severity: "error",
          summary: `${path} cannot be read: ${errorText(problem)}`,
          hint: "RUNBOOK_NOTIFY names it; unset it to tell nobody.",
        },
      ],
    };
  }
}
