// How a report is looked at, as people do: in light and dark, wide and narrow, with and without JavaScript, and on paper.
// Each look throws `Refused` if something does not hold. `pictures` is a folder for what can be seen, if anybody wants to.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { contrastOfDrawings, expect, findings, open } from "./browser.mjs";

const shown = (page) => page.locator(".sc:visible").count();

export const looks = {
  async "in light and dark, wide and narrow"(browser, file, pictures) {
    for (const colorScheme of ["light", "dark"]) {
      for (const width of [1280, 400]) {
        await open(browser, file, { colorScheme, viewport: { width, height: 900 } }, async (page) => {
          const wide = await page.evaluate(() => document.documentElement.scrollWidth);
          expect(wide <= width, `at ${width} px it is ${wide} px wide`);
          if (pictures) await page.screenshot({ path: `${pictures}/${colorScheme}-${width}.png`, fullPage: true });
          // Some of each kind: a hundred examples of an outline look alike.
          await page.evaluate(() => [...document.querySelectorAll("details")].slice(0, 150).forEach((it) => (it.open = true)));
          const found = await findings(page);
          expect(found.length === 0, `axe, ${colorScheme}: ${found.join("; ")}`);
          const { ratio, text } = await contrastOfDrawings(page);
          expect(ratio >= 4.5, `${colorScheme}: a contrast of ${ratio.toFixed(2)} in a drawing: ${text}`);
        });
      }
    }
  },

  async "its filters"(browser, file, pictures) {
    await open(browser, file, {}, async (page) => {
      const every = await page.locator(".sc").count();
      expect(every > 0 && (await shown(page)) === every, "not all scenarios are shown at first");
      for (const [filter, attribute] of [["fo", "o"], ["ft", "t"], ["fc", "t"], ["fp", "p"]]) {
        const values = await page.locator(`#${filter} option`).evaluateAll((all) => all.slice(1).map((it) => it.value));
        expect(values.length > 0, `the filter ${filter} has nothing to choose`);
        for (const value of values.slice(0, 12)) {
          await page.selectOption(`#${filter}`, value);
          const fits = await page.locator(".sc").evaluateAll(
            (all, [name, wanted]) => all.filter((it) => it.dataset[name].split(" ").includes(wanted)).length,
            [attribute, value],
          );
          const seen = await shown(page);
          expect(seen === fits, `${filter}=${value} shows ${seen} and not ${fits}`);
          expect((await page.textContent("#shown")) === `${seen} of ${every} shown`, "the number of shown ones is wrong");
        }
        await page.selectOption(`#${filter}`, "");
      }
      const name = await page.locator(".sc > summary .name").last().textContent();
      await page.fill("#q", name.toUpperCase());
      const found = await page.locator(".sc:visible > summary .name").allTextContents();
      expect(found.length > 0 && found.length < every && found.includes(name), `the search for ${name} shows ${found.length}`);
      await page.fill("#q", "no scenario says this");
      expect((await shown(page)) === 0, "a search for what is nowhere shows something");
    });
  },

  async "its links"(browser, file, pictures) {
    await open(browser, file, {}, async (page) => {
      const dead = await page.locator("a[href^='#']").evaluateAll((all) =>
        all.map((it) => it.getAttribute("href").slice(1)).filter((id) => !document.getElementById(id)));
      expect(dead.length === 0, `links lead nowhere: ${dead.slice(0, 5).join(", ")}`);
      const ids = await page.locator("[id]").evaluateAll((all) => all.map((it) => it.id));
      expect(new Set(ids).size === ids.length, "two places have one id");
      // A link leads to what a filter has hidden, too.
      await page.fill("#q", "no scenario says this");
      await page.locator(".troubles a").first().click();
      const target = page.locator(":target");
      expect(await target.isVisible(), "a link to a hidden scenario shows nothing");
      expect(await target.evaluate((it) => it.closest(".sc").open), "a link does not open its scenario");
    });
    const ids = [];
    await open(browser, file, {}, async (page) => {
      ids.push(...(await page.locator(".sc").evaluateAll((all) => all.filter((it) => !it.open).slice(0, 2).map((it) => it.querySelector("[id]").id))));
      ids.push(await page.locator(".sc li[id]").first().getAttribute("id"));
    });
    for (const [id, javaScriptEnabled] of ids.flatMap((it) => [[it, true], [it, false]])) {
      await open(browser, file, { hash: `#${id}`, javaScriptEnabled }, async (page) => {
        const target = page.locator(`[id="${id}"]`);
        expect(await target.evaluate((it) => it.closest(".sc").open), `#${id} does not open its scenario`);
        const top = await target.evaluate((it) => it.getBoundingClientRect().top);
        expect(top >= -1 && top < 900, `#${id} is not on the screen`);
      });
    }
  },

  async "its failures"(browser, file, pictures) {
    await open(browser, file, {}, async (page) => {
      for (const outcome of ["failed", "inconclusive"]) {
        const closed = await page.locator(`.sc.${outcome}:not([open])`).count();
        expect(closed === 0 && (await page.locator(`.sc.${outcome}`).count()) > 0, `scenarios that are ${outcome} are not open`);
      }
      expect(await page.locator(".sc.failed .why").first().isVisible(), "the reason of a failure is not to be seen");
    });
  },

  async "its policy of what may be asked for"(browser, file, pictures) {
    await open(browser, file, { provoked: true }, async (page) => {
      const refused = await page.evaluate(async () => {
        const told = [];
        addEventListener("securitypolicyviolation", (it) => told.push(it.effectiveDirective));
        const image = Object.assign(new Image(), { src: "http://127.0.0.1:9/x.png" });
        const script = Object.assign(document.createElement("script"), { textContent: "globalThis.ran = 1" });
        document.body.append(image, script);
        await new Promise((done) => setTimeout(done, 200));
        image.remove();
        script.remove();
        return { told, ran: globalThis.ran };
      });
      expect(refused.told.includes("img-src"), "an image from elsewhere is not forbidden");
      expect(refused.told.includes("script-src-elem") && !refused.ran, "another script is not forbidden");
    });
  },

  async "without JavaScript"(browser, file, pictures) {
    await open(browser, file, { javaScriptEnabled: false }, async (page) => {
      expect(!(await page.locator("#filters").isVisible()), "filters are shown that can't work");
      expect(await page.locator(".sc.failed .why").first().isVisible(), "the reason of a failure is not to be seen");
      expect(await page.locator("#reach .map svg").first().isVisible(), "there is no map");
      expect(await page.locator("#timeline svg").isVisible(), "there is no timeline");
      expect(await page.locator("#controls table").isVisible(), "there is no matrix of controls");
      const closed = page.locator(".sc:not([open])").first();
      await closed.locator("> summary").click();
      expect(await page.locator(".sc[open] li").first().isVisible(), "a scenario can't be opened");
    });
  },

  async "on paper"(browser, file, pictures) {
    const folder = mkdtempSync(join(tmpdir(), "report-"));
    const pdf = `${pictures ?? folder}/report.pdf`;
    try {
      await open(browser, file, {}, async (page) => {
        await page.pdf({ path: pdf, preferCSSPageSize: true });
        const run = (await page.title()).replace("Rolecall run ", "");
        const digest = await page.locator("header dd").last().textContent();
        expect(/^[0-9a-f]{64}$/.test(digest), `${digest} is no digest`);
        const pages = execFileSync("pdftotext", ["-layout", pdf, "-"], { encoding: "utf8", maxBuffer: 1 << 28 }).split("\f").slice(0, -1);
        expect(pages.length > 0, "nothing is printed");
        pages.forEach((text, number) => {
          expect(text.includes(run) && text.includes(digest), `page ${number + 1} of ${pages.length} lacks the run's id or digest`);
        });
        const summaries = await page.locator(".sc .why").count();
        expect(summaries === 0 || pages.some((text) => text.includes("Nearest miss") || text.includes("Decision")), "the reasons are not printed");
        console.log(`  ${pages.length} pages`);
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
};
