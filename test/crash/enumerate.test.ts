/**
 * F1: the controller is killed before and after every line of the journal, and at every effect, in runs with everything in
 * them. `npm test` takes an even share of the places; RUNBOOK_CASES (.ci/full sets it) is how many of each story.
 */
import { afterAll, describe, expect, test } from "@jest/globals";
import type { KillPoint } from "../helpers/toy-deaths.ts";
import { dice, killPoints, outcomeLike, outcomeOf, told } from "../helpers/toy-deaths.ts";
import { stories } from "../helpers/toy-stories.ts";

const MOST = Number(process.env["RUNBOOK_CASES"] ?? 36);
const SAMPLES = Math.min(MOST, 20);
const counted = { killed: 0, of: 0, again: 0, stories: 0 };

afterAll(() => {
  const { killed, of, again, stories: told } = counted;
  process.stderr.write(
    `F1: ${told} stories, killed at ${killed} of ${of} places, and ${again} times again and again\n`,
  );
});

/** Evenly over all of them, the first and the last included. */
function share(points: readonly KillPoint[]): readonly KillPoint[] {
  if (points.length <= MOST) return points;
  const step = (points.length - 1) / (MOST - 1);
  return Array.from({ length: MOST }, (_, index) => points[Math.round(index * step)]).flatMap(
    (one) => one ?? [],
  );
}

test("F1: there are at least 2,000 places in at least 8 stories", async () => {
  let places = 0;
  for (const story of Object.values(stories)) places += killPoints(await told(story)).length;
  expect(places).toBeGreaterThanOrEqual(2000);
  expect(Object.keys(stories).length).toBeGreaterThanOrEqual(8);
});

describe.each(Object.entries(stories))("F1: %s", (_, story) => {
  test("ends in the same world, wherever its controller is killed once", async () => {
    const undisturbed = await told(story);
    const wanted = outcomeOf(undisturbed);
    expect(wanted).toMatchObject({ jobs: [], wrongs: [] });
    const points = killPoints(undisturbed);
    const chosen = share(points);
    for (const { death, births } of chosen) {
      const other = await told(story, births);
      const entry = "line" in death ? undisturbed.life.lines[death.line - 1]?.entry : undefined;
      const at = `killed at ${JSON.stringify(death)} (${(JSON.stringify(entry) ?? "").slice(0, 100)})`;
      expect([at, outcomeLike(other, wanted, story)]).toEqual([at, wanted]);
    }
    counted.stories++;
    counted.killed += chosen.length;
    counted.of += points.length;
  });

  test("ends in the same world, however often its controllers are killed", async () => {
    const undisturbed = await told(story);
    const wanted = outcomeOf(undisturbed);
    const roll = dice(story.text.length);
    for (let sample = 0; sample < SAMPLES; sample++) {
      // The first comes far, those that go on with it are killed after a few lines of their own.
      const births = Array.from({ length: 2 + roll(3) }, (_unused, index) => ({
        deathAfter: {
          lines: 1 + roll(index === 0 ? (undisturbed.wrote[0] ?? 1) : 12),
          when: roll(2) === 0 ? ("before" as const) : ("after" as const),
        },
      }));
      const other = await told(story, births);
      const at = `sample ${sample}: ${JSON.stringify(births)}`;
      expect([at, outcomeLike(other, wanted, story)]).toEqual([at, wanted]);
    }
    counted.again += SAMPLES;
  });
});
