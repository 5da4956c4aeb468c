import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { FrameReader, type Frame } from "./frame-reader.ts";

const MARK = "@runbook-0123456789abcdef";

function joined(frames: readonly Frame[]): readonly (string | Frame)[] {
  const all: (string | Frame)[] = [];
  for (const frame of frames) {
    const last = all.at(-1);
    if (frame.kind !== "bytes") all.push(frame);
    else if (typeof last === "string") all[all.length - 1] = last + latin1(frame.bytes);
    else all.push(latin1(frame.bytes));
  }
  return all;
}

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");

describe("frames", () => {
  test("are found wherever the stream is cut, and everything else comes through unchanged", () => {
    const stream = fc.array(
      fc.oneof(
        fc.uint8Array({ maxLength: 40 }).map((bytes) => latin1(bytes)),
        fc.constantFrom(MARK.slice(0, 7), "@", "@@runbook-", `${MARK.slice(0, -1)}\n`, "\n", "\0"),
      ),
      { maxLength: 12 },
    );
    const cuts = fc.array(fc.nat({ max: 200 }), { maxLength: 10 });
    fc.assert(
      fc.property(stream, cuts, (pieces, at) => {
        const noise = pieces.join("");
        const text = `${noise}${MARK}:7:0\n${noise}${MARK}!job 1 large 0\n${noise}${MARK}:8:255\n`;
        const whole = Buffer.from(text, "latin1");
        const reader = new FrameReader(MARK);
        const frames: Frame[] = [];
        let from = 0;
        for (const cut of [...at].sort((a, b) => a - b)) {
          frames.push(...reader.push(whole.subarray(from, Math.max(from, cut))));
          from = Math.max(from, cut);
        }
        frames.push(...reader.push(whole.subarray(from)));
        const said = noise === "" ? [] : [noise];
        expect(joined(frames)).toEqual([
          ...said,
          { kind: "end", seq: 7, code: 0 },
          ...said,
          { kind: "event", text: "job 1 large 0" },
          ...said,
          { kind: "end", seq: 8, code: 255 },
        ]);
      }),
    );
  });

  test("the mark alone, as `set` prints it, is output", () => {
    const reader = new FrameReader(MARK);
    const text = `_n='${MARK}'\n${MARK}:x:0\n${MARK}`;
    expect(
      joined([...reader.push(Buffer.from(text)), ...reader.push(Buffer.from(":1:0\n"))]),
    ).toEqual([`_n='${MARK}'\n${MARK}:x:0\n`, { kind: "end", seq: 1, code: 0 }]);
  });

  test("a mark without an end is not waited for", () => {
    const reader = new FrameReader(MARK);
    const text = MARK + "x".repeat(20_000);
    expect(joined(reader.push(Buffer.from(text)))).toEqual([text]);
  });
});
