import { hasErrors, type Outcome } from "../model/diagnostic.ts";
import type { Notice } from "../model/playbook.ts";
import { isValueMap } from "../model/value.ts";
import { explain } from "./explain.ts";
import { notifySchema } from "./frame-notify.ts";
import { readNotify } from "./notify.ts";
import { plain } from "./plain.ts";
import { openSource, say } from "./source.ts";
import { faultsOf, inFileOrder } from "./validate.ts";

const FILE = {
  title: "notices",
  type: "object",
  properties: { notify: notifySchema },
  required: ["notify"],
  additionalProperties: false,
};

/** Who is told of every run of this machine: a file with `notify:` as a playbook has it, and with nothing else. */
export function loadNotices(text: string, file: string): Outcome<readonly Notice[]> {
  const opened = openSource(text, file);
  const source = opened.value;
  if (source === undefined) return { problems: inFileOrder(opened.problems) };
  if (isValueMap(source.value)) {
    source.problems.push(
      ...explain(faultsOf(FILE, plain(source.value)), {
        root: "the file",
        at: (path, part) => source.at(path, part),
        written: (path) => source.written(path),
      }),
    );
  } else {
    say(source, source.at([]), {
      code: "playbook/notify",
      summary: "this is not a mapping with `notify:`",
      hint: "It holds one key, `notify:`, with a list as a playbook has it.",
    });
  }
  const notices = readNotify(source);
  const problems = inFileOrder(source.problems);
  return hasErrors(problems) ? { problems } : { value: notices, problems };
}
