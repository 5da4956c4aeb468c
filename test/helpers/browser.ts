/**
 * A real Chromium without a window, spoken to over a pipe: the page is opened from a file, as an operator does. Debian calls
 * the package `chromium`; nothing is downloaded by tests.
 */
import { spawn } from "node:child_process";
import { accessSync, constants, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import type { Readable, Writable } from "node:stream";

/** `CHROMIUM`, else what is on the path. Undefined: there is none. */
export function findChromium(): string | undefined {
  const names = ["chromium", "chromium-browser", "google-chrome"];
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const places = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [process.env["CHROMIUM"] ?? "", ...places].find((path) => path !== "" && isProgram(path));
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: { readonly [name: string]: unknown };
  readonly result?: { readonly [name: string]: unknown };
  readonly error?: { readonly message: string };
}

export interface Page {
  /** Everything that the browser complained about: errors of scripts, of the policy, of the network. */
  readonly complaints: readonly string[];
  /** Addresses that were asked for. */
  readonly requests: readonly string[];
  evaluate<T>(expression: string): Promise<T>;
  press(key: string, options?: { readonly text?: string; readonly code?: number }): Promise<void>;
  prefer(scheme: "light" | "dark"): Promise<void>;
  onPaper(): Promise<void>;
  resize(width: number, height: number): Promise<void>;
  /** PNG. */
  screenshot(): Promise<Buffer>;
}

export interface Browser extends AsyncDisposable {
  open(address: string): Promise<Page>;
}

export async function startBrowser(program: string): Promise<Browser> {
  const profile = mkdtempSync(join(tmpdir(), "runbook-browser-"));
  const child = spawn(
    program,
    [
      ...["--headless=new", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu"],
      ...["--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking"],
      ...["--disable-component-update", "--disable-sync", "--hide-scrollbars"],
      ...["--force-color-profile=srgb", `--user-data-dir=${profile}`, "about:blank"],
    ],
    // Its settings and caches go where they are removed again.
    {
      stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"],
      env: { ...process.env, HOME: profile },
    },
  );
  const gone = new Promise<void>((resolve) => child.on("close", () => resolve()));
  const wire = speak(child.stdio[3] as Writable, child.stdio[4] as Readable, gone);
  return {
    async open(address) {
      const { targetId } = await wire.ask("Target.createTarget", { url: "about:blank" });
      const attached = await wire.ask("Target.attachToTarget", { targetId, flatten: true });
      return openPage(wire, String(attached["sessionId"]), address);
    },
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await gone;
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

interface Wire {
  ask(
    method: string,
    params?: object,
    session?: string,
  ): Promise<{ readonly [name: string]: unknown }>;
  on(listener: (message: Message) => void): void;
}

function speak(to: Writable, from: Readable, gone: Promise<void>): Wire {
  const waiting = new Map<number, (message: Message) => void>();
  const listeners: ((message: Message) => void)[] = [];
  let [last, rest] = [0, ""];
  from.setEncoding("utf8").on("data", (text: string) => {
    const texts = (rest + text).split("\0");
    rest = texts.pop() ?? "";
    for (const one of texts) {
      const message = JSON.parse(one) as Message;
      if (message.id === undefined) for (const listener of listeners) listener(message);
      else waiting.get(message.id)?.(message);
    }
  });
  return {
    on: (listener) => void listeners.push(listener),
    ask: (method, params = {}, sessionId) =>
      new Promise((resolve, reject) => {
        const id = ++last;
        waiting.set(id, ({ result, error }) => {
          waiting.delete(id);
          if (error) reject(new Error(`${method}: ${error.message}`));
          else resolve(result ?? {});
        });
        void gone.then(() => reject(new Error(`${method}: the browser is gone`)));
        to.write(`${JSON.stringify({ id, method, params, ...(sessionId && { sessionId }) })}\0`);
      }),
  };
}

async function openPage(wire: Wire, session: string, address: string): Promise<Page> {
  const complaints: string[] = [];
  const requests: string[] = [];
  let loaded: () => void = () => undefined;
  const load = new Promise<void>((resolve) => (loaded = resolve));
  wire.on(({ method, params }) => {
    if (method === "Page.loadEventFired") loaded();
    if (method === "Runtime.exceptionThrown" || method === "Log.entryAdded")
      complaints.push(JSON.stringify(params));
    if (method === "Runtime.consoleAPICalled") complaints.push(JSON.stringify(params));
    if (method === "Network.requestWillBeSent") {
      const { request } = params as { request: { url: string } };
      requests.push(request.url);
    }
  });
  const ask = (method: string, params: object = {}) => wire.ask(method, params, session);
  for (const domain of ["Page", "Runtime", "Log", "Network"]) await ask(`${domain}.enable`);
  const media = async (media: string, scheme: string): Promise<void> => {
    const features = [{ name: "prefers-color-scheme", value: scheme }];
    await ask("Emulation.setEmulatedMedia", { media, features });
  };
  await ask("Page.navigate", { url: address });
  await load;
  return {
    complaints,
    requests,
    async evaluate<T>(expression: string) {
      const answer = await ask("Runtime.evaluate", {
        ...{ expression, returnByValue: true, awaitPromise: true },
      });
      if (answer["exceptionDetails"]) throw new Error(JSON.stringify(answer["exceptionDetails"]));
      return (answer["result"] as { value: T }).value;
    },
    async press(key, { text, code } = {}) {
      const stroke = { key, windowsVirtualKeyCode: code ?? 0, ...(text && { text }) };
      await ask("Input.dispatchKeyEvent", { type: "keyDown", ...stroke });
      await ask("Input.dispatchKeyEvent", { type: "keyUp", ...stroke });
    },
    prefer: (scheme) => media("", scheme),
    onPaper: () => media("print", "light"),
    async resize(width, height) {
      const metrics = { width, height, deviceScaleFactor: 1, mobile: false };
      await ask("Emulation.setDeviceMetricsOverride", metrics);
    },
    async screenshot() {
      const { data } = await ask("Page.captureScreenshot", { format: "png" });
      return Buffer.from(String(data), "base64");
    },
  };
}
