// `node check.mjs FOLDER PICTURES`: looks at the report of a folder of evidence, and at broken variants of it, which must be
// refused.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { broken } from "./broken.mjs";
import { Refused, launch } from "./browser.mjs";
import { looks } from "./looks.mjs";

const [folder, pictures] = process.argv.slice(2);
const report = join(folder, "report.html");
const good = readFileSync(report, "utf8");
const work = mkdtempSync(join(tmpdir(), "report-"));
const browser = await launch();

/** Why a look refuses a file; `undefined`: it does not. */
async function refusal(look, file, pictures) {
  try {
    await looks[look](browser, file, pictures);
  } catch (error) {
    if (error instanceof Refused) return error.message;
    throw error;
  }
}

try {
  for (const look of Object.keys(looks)) {
    const why = await refusal(look, report, pictures);
    if (why) throw new Error(`${look}: ${why}`);
    console.log(`${look}: in order`);
  }
  for (const [what, look, change] of broken) {
    const changed = change(good);
    if (changed === good) throw new Error(`nothing was broken by: ${what}`);
    const file = join(work, "report.html");
    writeFileSync(file, changed);
    const why = await refusal(look, file);
    if (!why) throw new Error(`the report is taken in spite of: ${what}`);
    console.log(`  refused: ${what} (${why.split("\n")[0].slice(0, 110)})`);
  }
} finally {
  rmSync(work, { recursive: true });
  await browser.close();
}
