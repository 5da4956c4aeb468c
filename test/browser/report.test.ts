import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { htmlReport } from "../../src/report/html/document.ts";
import type { Browser, Page } from "../helpers/browser.ts";
import { findChromium, startBrowser } from "../helpers/browser.ts";
import { largeReport } from "../helpers/large-report.ts";
import type { PrivateFleet } from "../helpers/private-fleet.ts";
import { HOSTS, startReportedRun } from "../helpers/reported-run.ts";

jest.setTimeout(180_000);

const program = findChromium();
if (program === undefined) {
  process.stderr.write(
    "\n*** NOT TESTED: reports in a browser. There is no Chromium here; on Debian: apt-get install chromium ***\n\n",
  );
}

/** RUNBOOK_SCREENSHOTS=1 writes docs/images anew. */
const PICTURES = join(import.meta.dirname, "../../docs/images");

let fleet: PrivateFleet;
let browser: Browser;
let file: string;
const folder = mkdtempSync(join(tmpdir(), "runbook-browser-test-"));

(program === undefined ? describe.skip : describe)("an HTML report in Chromium", () => {
  beforeAll(async () => {
    fleet = await startReportedRun();
    browser = await startBrowser(program ?? "");
    file = join(fleet.folder, "report.html");
    const { code, err } = await fleet.runbook(["report", "--format", "html", "--out", file]);
    if (code !== 0) throw new Error(err);
  });
  afterAll(async () => {
    await browser[Symbol.asyncDispose]();
    await fleet[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });
  const open = (): Promise<Page> => browser.open(pathToFileURL(file).href);

  test("opens without a complaint, and asks nobody for anything", async () => {
    const page = await open();
    expect(page.complaints).toEqual([]);
    expect(page.requests).toEqual([pathToFileURL(file).href]);
    expect(await page.evaluate("document.title")).toContain("New release of the name servers");
  });

  test("shows what a host printed and obeys none of it", async () => {
    const page = await open();
    const text = await page.evaluate<string>("document.body.textContent");
    expect(text).toContain("</pre></details><script>document.title='owned'</script><img src=x");
    expect(text).toContain("\\x1b[31m\\x202e&amp;\"'");
    expect(await page.evaluate("document.images.length")).toBe(0);
    expect(await page.evaluate("document.scripts.length")).toBe(1);
    expect(await page.evaluate("document.title")).not.toBe("owned");
  });

  test("would not run a script that came in all the same", async () => {
    const path = join(folder, "injected.html");
    const evil =
      "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">";
    writeFileSync(path, readFileSync(file, "utf8").replace("<h1>", `${evil}<h1>`));
    const page = await browser.open(pathToFileURL(path).href);
    expect(await page.evaluate("document.title")).not.toBe("owned");
    expect(page.complaints.join("\n")).toMatch(/Content Security Policy/);
  });

  test.each(["light", "dark"] as const)(
    "is readable in %s: every text has a contrast of 4.5 to 1",
    async (scheme) => {
      const page = await open();
      await page.prefer(scheme);
      await page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true");
      const weak = await page.evaluate<readonly string[]>(WEAK_TEXTS);
      expect(weak).toEqual([]);
      const behind = await page.evaluate<string>("getComputedStyle(document.body).backgroundColor");
      expect(behind).toBe(scheme === "light" ? "rgb(255, 255, 255)" : "rgb(20, 24, 28)");
    },
  );

  test("can be used with the keyboard alone", async () => {
    const page = await open();
    const focused = (): Promise<string> =>
      page.evaluate("document.activeElement.tagName + ' ' + document.activeElement.className");
    await page.press("Tab", { code: 9 });
    expect(await focused()).toBe("A skip");
    await page.press("Enter", { code: 13, text: "\r" });
    expect(await page.evaluate("document.activeElement.id")).toBe("tasks");
    await page.press("Tab", { code: 9 });
    expect(await focused()).toBe("SUMMARY ");
    const isOpen = (): Promise<boolean> => page.evaluate("document.activeElement.parentNode.open");
    expect(await isOpen()).toBe(false);
    await page.press("Enter", { code: 13, text: "\r" });
    expect(await isOpen()).toBe(true);
    expect(await page.evaluate("getComputedStyle(document.activeElement).outlineStyle")).toBe(
      "solid",
    );
    await page.press("/", { code: 191, text: "/" });
    expect(await focused()).toBe("INPUT ");
    for (const letter of "ns3") await page.press(letter, { text: letter });
    const rows = (): Promise<number> =>
      page.evaluate(
        "[...document.querySelectorAll('[data-host]')].filter((r) => !r.hidden).length",
      );
    expect(await rows()).toBe(1);
    await page.press("Escape", { code: 27 });
    expect(await rows()).toBe(HOSTS.length);
  });

  test("has a name for whatever can be focused or stands for something", async () => {
    const page = await open();
    expect(
      await page.evaluate(`[...document.querySelectorAll("a, button, summary, input, [role=img], [role=region]")]
        .filter((e) => !(e.textContent.trim() || e.getAttribute("aria-label") || e.labels?.length)).length`),
    ).toBe(0);
  });

  test("fits a narrow window, and has everything open that matters on paper", async () => {
    const page = await open();
    await page.resize(380, 800);
    expect(
      await page.evaluate(
        "document.documentElement.scrollWidth <= document.documentElement.clientWidth",
      ),
    ).toBe(true);
    await page.onPaper();
    await page.evaluate("dispatchEvent(new Event('beforeprint'))");
    expect(
      await page.evaluate("document.querySelectorAll('#tasks > details:not([open])').length"),
    ).toBe(0);
    expect(
      await page.evaluate("getComputedStyle(document.querySelector('.controls')).display"),
    ).toBe("none");
  });

  test("of 1,000 hosts is small, and shows the hosts that are asked for", async () => {
    const path = join(folder, "large.html");
    const text = htmlReport(largeReport(1000, 20), { task: () => undefined });
    writeFileSync(path, text);
    expect(text.length).toBeLessThan(5_000_000);
    const page = await browser.open(pathToFileURL(path).href);
    expect(page.complaints).toEqual([]);
    await page.evaluate("document.querySelector('input').focus()");
    await page.press("7", { text: "7" });
    expect(await page.evaluate("document.querySelector('output').textContent")).toMatch(
      /^\d+ of 1000 hosts$/,
    );
    expect(text).toContain("host 7 said no");
  });

  // The path of a report whose picture is wanted: that of the demo, for the documentation.
  const pictured = process.env["RUNBOOK_SCREENSHOTS"];
  if (pictured !== undefined) {
    test("has its picture taken", async () => {
      const page = await browser.open(pathToFileURL(pictured).href);
      for (const scheme of ["light", "dark"] as const) {
        await page.prefer(scheme);
        await page.resize(1200, 1900);
        writeFileSync(join(PICTURES, `report-${scheme}.png`), await page.screenshot());
      }
      expect(page.complaints).toEqual([]);
    });
  }
});

/** In the page: texts whose colour is too near to what is behind them, by the formula of WCAG 2. */
const WEAK_TEXTS = `(() => {
  const parse = (color) => (color.match(/[\\d.]+/g) ?? []).map(Number);
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const behind = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const color = parse(getComputedStyle(e).backgroundColor);
      if (color.length === 3 || color[3] > 0) return color;
    }
    return [255, 255, 255];
  };
  const weak = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let looked = 0;
  while (walker.nextNode()) {
    const node = walker.currentNode;
    const element = node.parentElement;
    if (node.data.trim() === "" || element.closest("script, title") || element.closest("[hidden]")) continue;
    looked++;
    const style = getComputedStyle(element);
    const ink = element.closest("svg") ? style.fill : style.color;
    const [a, b] = [light(parse(ink)), light(behind(element))].sort((x, y) => y - x);
    const contrast = (a + 0.05) / (b + 0.05);
    if (contrast < 4.5) weak.push(contrast.toFixed(2) + " " + node.data.trim().slice(0, 60));
  }
  return looked > 100 ? weak : ["only " + looked + " texts were looked at"];
})()`;
