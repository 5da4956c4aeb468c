import { describe, expect, test } from "@jest/globals";
import { dice, outcomeOf, told } from "../helpers/toy-deaths.ts";
import { stories } from "../helpers/toy-stories.ts";

describe.each(Object.entries(stories))("%s", (_, story) => {
  test("ends in the same world, wherever its controller is killed once", async () => {
    const undisturbed = await told(story);
    const wanted = outcomeOf(undisturbed);
    expect(wanted).toMatchObject({ jobs: [], wrongs: [] });
    for (const [controller, lines] of undisturbed.wrote.entries()) {
      const before = undisturbed.wrote.slice(0, controller).reduce((sum, one) => sum + one, 0);
      for (let line = before + 1; line <= before + lines; line++) {
        for (const when of ["before", "after"] as const) {
          const births = [
            ...Array.from({ length: controller }, () => ({})),
            { death: { line, when } },
          ];
          const other = await told(story, births);
          const entry = undisturbed.life.lines[line - 1]?.entry;
          const at = `killed ${when} line ${line} (${JSON.stringify(entry).slice(0, 100)})`;
          expect([at, outcomeOf(other)]).toEqual([at, wanted]);
        }
      }
    }
  });

  test("ends in the same world, however often its controllers are killed", async () => {
    const undisturbed = await told(story);
    const wanted = outcomeOf(undisturbed);
    const roll = dice(story.text.length);
    for (let sample = 0; sample < 60; sample++) {
      // The first comes far, those that go on with it are killed after a few lines of their own.
      const births = Array.from({ length: 2 + roll(3) }, (_unused, index) => ({
        deathAfter: {
          lines: 1 + roll(index === 0 ? (undisturbed.wrote[0] ?? 1) : 12),
          when: roll(2) === 0 ? ("before" as const) : ("after" as const),
        },
      }));
      const other = await told(story, births);
      const at = `sample ${sample}: ${JSON.stringify(births)}`;
      expect([at, outcomeOf(other)]).toEqual([at, wanted]);
    }
  });
});
