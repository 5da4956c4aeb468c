import { describe, expect, test } from "@jest/globals";
import { sh, withStdin } from "../model/command.ts";
import { tableHost } from "./table-host.ts";

describe("a table host", () => {
  test("answers from the first row that fits", async () => {
    const host = tableHost({
      host: { "cat -- /a": { stdout: "1" }, "cat …": { code: 1 } },
      dial: {},
    });
    expect(await host.read(sh`cat -- ${"/a"}`)).toMatchObject({ kind: "exited", code: 0 });
    expect(await host.read(sh`cat -- ${"/b"}`)).toMatchObject({ kind: "exited", code: 1 });
  });

  test("a command that the table does not have is an error of the case", async () => {
    const host = tableHost({ host: {}, dial: {} });
    await expect(host.read(sh`reboot`)).rejects.toThrow("no answer for:\nreboot");
  });

  test("a list of answers is used one by one, and the last one repeats", async () => {
    const host = tableHost({ host: { true: [{ code: 1 }, { code: 0 }] }, dial: {} });
    const codes = [];
    for (let call = 0; call < 3; call++) codes.push(await host.read(sh`true`));
    expect(codes).toMatchObject([{ code: 1 }, { code: 0 }, { code: 0 }]);
  });

  test("writes are remembered once, with their input", async () => {
    const host = tableHost({ host: { "tee x": {} }, dial: {} });
    await host.change(withStdin(sh`tee x`, "y"));
    expect(host.takeWrites()).toEqual([{ run: "tee x", stdin: "y" }]);
    expect(host.takeWrites()).toEqual([]);
  });

  test("a port answers when the expected request has come", async () => {
    const host = tableHost({
      host: {},
      dial: { "127.0.0.1:80": { request: "GET …\r\n\r\n", response: "hello" } },
    });
    const dialled = await host.dial("127.0.0.1", 80);
    if (dialled.kind !== "open") throw new Error("refused");
    dialled.stream.write("GET / HTTP/1.1\r\n\r\n");
    const heard: Buffer[] = [];
    for await (const chunk of dialled.stream) heard.push(chunk as Buffer);
    expect(Buffer.concat(heard).toString()).toBe("hello");
  });
});
