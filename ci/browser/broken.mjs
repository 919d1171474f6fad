// Reports that are broken in one respect: by which look each must be found, and how it is made from a good one.

import { createHash } from "node:crypto";

const digest = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

/** Lets the policy of the report allow the styles and the script that it has. */
function resealed(html) {
  const style = html.match(/<style>([^]*?)<\/style>/)[1];
  const script = html.match(/<script>([^]*?)<\/script>/)[1];
  return html
    .replace(/style-src '[^']*'/, `style-src ${digest(style)}`)
    .replace(/script-src '[^']*'/, `script-src ${digest(script)}`);
}

const replacing = (old, anew) => (html) => resealed(html.replace(old, anew));
const withoutPolicy = (html) => html.replace(/<meta http-equiv=Content-Security-Policy[^>]*>/, "");

export const broken = [
  ["texts are pale", "in light and dark, wide and narrow", replacing("--soft:#566072", "--soft:#b8bec9")],
  ["texts are pale in the dark", "in light and dark, wide and narrow", replacing("--soft:#a3adbd", "--soft:#4a5361")],
  ["a drawing is pale", "in light and dark, wide and narrow", replacing("svg text{fill:var(--ink)", "svg text{fill:var(--line)")],
  ["a field has no label", "in light and dark, wide and narrow", replacing(/<label>Search (<input[^>]*>)<\/label>/, "$1")],
  ["it is wider than a telephone", "in light and dark, wide and narrow", replacing("body{margin:0;", "body{margin:0;min-width:600px;")],
  ["a filter looks at something else", "its filters", replacing("has(d.p, at(\"fp\").value)", "has(d.t, at(\"fp\").value)")],
  ["the search finds nothing", "its filters", replacing("words(it).includes(q)", "words(it).includes(q + q)")],
  ["a link leads nowhere", "its links", (html) => html.replace(/<p class=meta id=s/, "<p class=meta id=x")],
  ["a link leads to what is hidden", "its links", replacing('target.closest("[hidden]")', "false")],
  ["failures are closed", "its failures", (html) => html.replace(/(<details class="sc failed"[^>]*) open>/, "$1>")],
  ["it asks for an image", "its failures", (html) => withoutPolicy(html).replace("<main>", '<main><img alt="" src="http://127.0.0.1:9/x.png">')],
  ["its script fails", "its failures", replacing("\"use strict\";", "\"use strict\";\nnothing.of(this);")],
  ["it has no policy", "its policy of what may be asked for", withoutPolicy],
  ["any script may run", "its policy of what may be asked for", (html) => html.replace(/script-src [^;]*/, "script-src 'unsafe-inline'")],
  ["filters are shown without JavaScript", "without JavaScript", (html) => html.replace("<div id=filters hidden>", "<div id=filters>")],
  ["there is no map", "without JavaScript", (html) => html.replace(/<div class="wide card map"[^]*?<\/svg><\/div>/g, "")],
  ["pages do not say of which run they are", "on paper", replacing(/@bottom-left\{[^}]*\}/, "")],
];
