import type { Notice, NoticeMoment } from "../model/playbook.ts";
import { NOTICE_MOMENTS } from "../model/playbook.ts";
import { isValueMap, type Value } from "../model/value.ts";
import { isValueList, say, valueAt, type Source } from "./source.ts";

/** What is missing or wrong, which the schema said already, is left out. */
export function readNotify(source: Source): readonly Notice[] {
  const written = valueAt(source, ["notify"]);
  if (!isValueList(written)) return [];
  return written.flatMap((one, index) => readNotice(source, one, ["notify", String(index)]));
}

function readNotice(source: Source, one: Value, path: readonly string[]): readonly Notice[] {
  if (!isValueMap(one)) return [];
  const { webhook, command, secret } = one;
  const at = source.at([...path]);
  if ((webhook === undefined) === (command === undefined)) {
    say(source, at, {
      code: "playbook/notify",
      summary:
        webhook === undefined
          ? "nobody is named who could be told"
          : "a webhook and a command in one entry",
      hint: "Give each entry of `notify:` either a `webhook:` or a `command:`.",
    });
    return [];
  }
  const on = momentsIn(one["moments"]);
  if (isValueList(command)) {
    if (secret !== undefined) {
      say(source, source.at([...path, "secret"], "key"), {
        code: "playbook/unused",
        severity: "warning",
        summary: '"secret" has no meaning beside a command',
        hint: "What a webhook gets is signed; what a program of this machine gets needs no signature.",
      });
    }
    const argv = command.filter((word): word is string => typeof word === "string");
    return [{ at, on, to: { kind: "command", argv } }];
  }
  if (typeof webhook !== "string") return [];
  if (!/^https?:\/\/[^\s/]/i.test(webhook) && !webhook.includes("{{")) {
    say(source, source.at([...path, "webhook"]), {
      code: "playbook/notify",
      summary: `"${webhook}" is no http or https address`,
      hint: "Write for example `webhook: https://chat.example.net/hooks/runs`.",
    });
    return [];
  }
  if (secret === undefined) {
    say(source, source.at([...path, "webhook"], "key"), {
      code: "playbook/unsigned",
      severity: "warning",
      summary: "what this webhook gets is not signed, so anybody could have sent it",
      hint: 'Give it a key: `secret: "{{ notify_key }}"`, with an input that comes from a vault.',
    });
  }
  const signed = typeof secret === "string" ? { secret } : {};
  return [{ at, on, to: { kind: "webhook", address: webhook, ...signed } }];
}

function momentsIn(value: Value | undefined): readonly NoticeMoment[] {
  if (!isValueList(value)) return NOTICE_MOMENTS;
  return NOTICE_MOMENTS.filter((moment) => value.includes(moment));
}
