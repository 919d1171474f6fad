// A headless Chromium without a network, and pages in it that tell what they ask for and complain about.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const tools = `${process.env.BROWSER_TOOLS}/node_modules/`;
const { chromium } = createRequire(tools)("playwright-core");
const axe = createRequire(tools).resolve("axe-core/axe.min.js");

export class Refused extends Error {}

/** Refuses a report of which something does not hold. */
export function expect(holds, why) {
  if (!holds) throw new Refused(why);
}

export const launch = () =>
  chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-quic", "--disable-background-networking"],
  });

/** Opens a file, lets `look` look at the page, and refuses it if it asked for anything or complained, unless `provoked`. */
export async function open(browser, file, settings, look) {
  const { hash = "", provoked = false, ...options } = settings;
  const context = await browser.newContext({ offline: true, viewport: { width: 1280, height: 900 }, ...options });
  const requests = [];
  const complaints = [];
  try {
    const address = pathToFileURL(file).href;
    const folder = new URL(".", address).href;
    const isPage = (it) => it.isNavigationRequest() && it.url().startsWith(folder);
    context.on("request", (it) => isPage(it) || requests.push(it.url()));
    const page = await context.newPage();
    page.on("console", (it) => it.type() === "error" && complaints.push(it.text()));
    page.on("pageerror", (it) => complaints.push(String(it)));
    await page.goto(address + hash, { waitUntil: "load" });
    await look(page);
    if (provoked) return;
    expect(requests.length === 0, `it asks for ${requests.join(", ")}`);
    expect(complaints.length === 0, `it complains: ${complaints.join("; ")}`);
  } finally {
    await context.close();
  }
}

/** What axe finds serious or worse. What it can't decide counts where it is about contrast and not about a drawing. */
export async function findings(page) {
  await page.evaluate(readFileSync(axe, "utf8"));
  const { violations, incomplete } = await page.evaluate(() =>
    globalThis.axe.run(document, { resultTypes: ["violations", "incomplete"] }),
  );
  const told = (rule, nodes) => `${rule.id} (${nodes.length}): ${nodes[0].html.slice(0, 160)}`;
  const bad = violations.filter((it) => ["serious", "critical"].includes(it.impact));
  const unclear = incomplete.filter((it) => it.id === "color-contrast");
  const flat = unclear.map((it) => [it, it.nodes.filter((node) => !/^<(text|tspan)/.test(node.html))]);
  return [...bad.map((it) => told(it, it.nodes)), ...flat.filter(([, it]) => it.length).map(([rule, it]) => told(rule, it))];
}

/** The least contrast of texts in drawings, which axe does not measure (WCAG 2.2, 1.4.3). */
export const contrastOfDrawings = (page) =>
  page.evaluate(() => {
    const channels = (color) => color.match(/[\d.]+/g).map(Number);
    const luminance = (color) => {
      const [red, green, blue] = channels(color).map((it) => it / 255).map((it) => (it <= 0.04045 ? it / 12.92 : ((it + 0.055) / 1.055) ** 2.4));
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const behind = (it) => {
      for (; it; it = it.parentElement) {
        const box = it.matches?.("g.n") ? getComputedStyle(it.querySelector("rect")).fill : getComputedStyle(it).backgroundColor;
        if (channels(box)[3] !== 0) return box;
      }
      return "rgb(255, 255, 255)";
    };
    let least = { ratio: 21, text: "" };
    for (const it of document.querySelectorAll("svg text")) {
      const [light, dark] = [luminance(getComputedStyle(it).fill), luminance(behind(it))].sort((a, b) => b - a);
      const ratio = (light + 0.05) / (dark + 0.05);
      if (ratio < least.ratio) least = { ratio, text: it.textContent };
    }
    return least;
  });
