import { describe, expect, test } from "@jest/globals";
import type { StopWish } from "../../src/engine/execute.ts";
import { isFinished, isTouched } from "../../src/engine/standing.ts";
import { buildProgram } from "../../src/engine/program.ts";
import type { ScriptedFault } from "../../src/transport/scripted.ts";
import { wrongs } from "../helpers/journal-check.ts";
import type { Birth } from "../helpers/toy-life.ts";
import { Life } from "../helpers/toy-life.ts";
import type { Story } from "../helpers/toy-deaths.ts";
import { dice, outcomeOf, told } from "../helpers/toy-deaths.ts";
import { toyPlaybook } from "../helpers/toy-run.ts";
import { crowded, stories } from "../helpers/toy-stories.ts";

/** `npm test` takes a few; RUNBOOK_CASES (.ci/full sets it) is how many of each story. */
const MOST = Number(process.env["RUNBOOK_CASES"] ?? 40);

const FAULTS: readonly ScriptedFault[] = ["lost-before", "lost-after", "vanish"];

function story(name: string): Story {
  const found = stories[name];
  if (!found) throw new Error(`there is no story of ${name}`);
  return found;
}

/** Disturbs one command of the story, counted from the first that comes after the plan. */
function disturbed(of: Story, nth: number, fault: ScriptedFault): Story {
  let seen = 0;
  const [first, ...others] = of.chapters;
  if (!first) throw new Error("a story has a chapter");
  return {
    ...of,
    stubborn: true,
    chapters: [
      {
        ...first,
        first: (world) => {
          first.first?.(world);
          world.fault = ({ text }) =>
            world.planned && !text.includes("/lock") && ++seen === nth ? fault : undefined;
        },
      },
      ...others,
    ],
  };
}

async function commandsOf(of: Story): Promise<number> {
  const { life } = await told(of);
  return life.world.hosts.asked.filter(({ text }) => !text.includes("/lock")).length;
}

describe.each([
  "a serial run",
  "a crowded run",
  "a crowded run in a window",
  "a crowded run that is taken back",
  "a run that goes back by phases",
])("%s", (name) => {
  test("ends in the same world, whichever command is lost and wherever its controller is killed then", async () => {
    const undisturbed = await told(story(name));
    const wanted = outcomeOf(undisturbed);
    const commands = await commandsOf(story(name));
    const roll = dice(name.length);
    for (let sample = 0; sample < MOST; sample++) {
      const nth = 1 + roll(commands);
      const fault = FAULTS[sample % 3] ?? "vanish";
      const deathAfter = {
        lines: 1 + roll(undisturbed.life.lines.length),
        when: roll(2) === 0 ? ("before" as const) : ("after" as const),
      };
      const births = sample % 2 === 0 ? [] : [{ deathAfter }];
      const other = await told(disturbed(story(name), nth, fault), births);
      const at = `command ${nth} ${fault}, ${JSON.stringify(births)}`;
      expect([at, outcomeOf(other)]).toEqual([at, wanted]);
    }
  });
});

const raisedAt = (life: () => number, line: number, level: 1 | 2): StopWish => ({
  get level() {
    return life() >= line ? level : 0;
  },
  raised: () => new Promise(() => undefined),
});

describe.each([
  "a serial run",
  "a crowded run",
  "a crowded run in a window",
  "a crowded run that is taken back",
])("%s", (name) => {
  test.each([1, 2] as const)(
    "ends in the same world, wherever it is interrupted %i times and gone on with",
    async (level) => {
      const undisturbed = await told(story(name));
      const wanted = outcomeOf(undisturbed);
      for (let line = 1; line <= undisturbed.life.lines.length; line += level) {
        let lines = 0;
        const birth: Birth = {
          onLine: (seq) => void (lines = seq),
          wish: raisedAt(() => lines, line, level),
        };
        const other = await told(story(name), [birth, birth].slice(0, story(name).chapters.length));
        const at = `interrupted at line ${line}`;
        expect([at, outcomeOf(other)]).toEqual([at, wanted]);
      }
    },
  );
});

const CLOSES = Date.UTC(2027, 0, 1);

describe.each(["serial", "window"])("a window that closes, in mode %s", (mode) => {
  test.each(["finish_host", "finish_task", "rollback"] as const)(
    "at any line leaves every lane as on_close: %s says",
    async (onClose) => {
      const text = crowded(`mode: ${mode}, forks: 2`);
      const window = { opensAt: 0, closesAt: CLOSES, onClose, text: "tonight" };
      const live = async (line: number): Promise<Life> => {
        const life = new Life(text, { hosts: ["a", "b", "c"], window });
        for (const host of life.spec.hosts) life.world.of(host).set("old", "1");
        const close = (seq: number) =>
          void (seq >= line && life.clock.now() < CLOSES
            ? life.clock.sleep(CLOSES - life.clock.now())
            : undefined);
        const applied = await life.apply({ onLine: close });
        expect(applied.kind).toBe("ended");
        return life;
      };
      const whole = await live(Infinity);
      const program = buildProgram({ spec: whole.spec, playbook: toyPlaybook(text) });
      for (let line = 1; line <= whole.lines.length; line++) {
        const life = await live(line);
        const at = `closed at line ${line}`;
        expect([at, wrongs(life.lines, life.world.log), life.world.hosts.jobs]).toEqual([
          at,
          [],
          [],
        ]);
        for (const host of life.spec.hosts) {
          const lane = life.lane(host);
          if (!isTouched(lane) || isFinished(program, lane)) continue;
          if (onClose === "rollback")
            expect([at, host, lane.back?.standing]).toEqual([at, host, "back"]);
          // The one rest point inside is behind the first phase, with the fleet phase that waits for all.
          if (onClose === "finish_host") {
            const late = [...lane.tasks.keys()].filter((key) => key.startsWith("3."));
            expect([at, host, late]).toEqual([at, host, []]);
            expect([at, host, lane.tasks.has(`1.5@${host}`)]).toEqual([at, host, true]);
          }
        }
      }
    },
  );
});
