import { describe, expect, test } from "@jest/globals";
import { oracleAnswer, ourAnswer, readOracle } from "../../test/helpers/jinja-oracle.ts";
import type { OracleCase } from "../../test/helpers/jinja-oracle.ts";

// Every case was answered by ansible-core 2.19; see the README beside the cases. We must give the same answer, or the
// case must be listed here with a reason, and really differ.

const DIFFERENCES: ReadonlyMap<string, string> = new Map([
  ["more-loops-121", "types of Python have no methods here"],
  ["more-loops-123", "formats reach items only, never attributes of Python objects"],
  ["more-string-023", "letters with a title case of their own, such as ǅ, become plain capitals"],
]);

const cases = [...readOracle("cases.json"), ...readOracle("more-cases.json")];
const byFeature = grouped(cases);

function grouped(all: readonly OracleCase[]): Map<string, OracleCase[]> {
  const groups = new Map<string, OracleCase[]>();
  for (const one of all) {
    const feature = one.id.replace(/-\d+$/, "");
    groups.set(feature, [...(groups.get(feature) ?? []), one]);
  }
  return groups;
}

describe("templates give the answers of ansible-core 2.19", () => {
  for (const [feature, group] of byFeature)
    test(`in the ${group.length} cases of ${feature}`, () => {
      const listed = group.filter((one) => DIFFERENCES.has(one.id));
      const others = group.filter((one) => !DIFFERENCES.has(one.id));
      const show = (one: OracleCase, said: string) => `${one.id} ${one.template} → ${said}`;
      expect(others.map((one) => show(one, ourAnswer(one)))).toEqual(
        others.map((one) => show(one, oracleAnswer(one))),
      );
      const agreeing = listed.filter((one) => ourAnswer(one) === oracleAnswer(one));
      expect(agreeing.map((one) => one.id)).toEqual([]);
    });

  test("and every listed difference is a case", () => {
    const ids = new Set(cases.map((one) => one.id));
    expect([...DIFFERENCES.keys()].filter((id) => !ids.has(id))).toEqual([]);
  });
});
