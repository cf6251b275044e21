// Shows letters in a real browser as phones and desktops do, light and dark, images on and off, and
// prints what was seen of each as JSON. With PICTURES, one picture a letter is kept there.
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

import { launch } from "../chromium.mjs";
import { look } from "../look.mjs";

const { BROWSERS, PICTURES } = process.env;
const letters = JSON.parse(readFileSync(process.env.LETTERS));
const VIEWS = [
  { device: "phone", width: 360, colours: "light" },
  { device: "phone", width: 360, colours: "dark" },
  { device: "desktop", width: 720, colours: "light" },
  { device: "desktop", width: 720, colours: "dark" },
];
const browser = await launch(BROWSERS);
const seen = [];
try {
  for (const [name, html] of Object.entries(letters)) {
    const shots = [];
    for (const view of VIEWS) {
      const shown = await show(html, view);
      shots.push({ ...view, ...shown });
      const { picture, ...said } = shown;
      seen.push({ name, ...view, ...said });
    }
    if (PICTURES) await keep(name, shots);
  }
} finally {
  await browser.close();
}
console.log(JSON.stringify(seen));

async function show(html, { width, colours }) {
  const page = await browser.newPage();
  const asked = [];
  await page.setRequestInterception(true);
  page.on("request", (request) => {
    asked.push(request.url());
    request.abort(); // a mail program that loads nothing: images off, scripts off
  });
  await page.setJavaScriptEnabled(false);
  await page.setViewport({ width, height: 100, deviceScaleFactor: 1 });
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: colours }]);
  await page.setContent(html);
  const said = await page.evaluate(look);
  const picture = await page.screenshot({ fullPage: true, encoding: "base64" });
  await page.close();
  return { ...said, asked, picture };
}

async function keep(name, shots) {
  const columns = shots
    .map(
      ({ picture, device, colours }) =>
        `<figure><img width="${device === "phone" ? 240 : 384}" src="data:image/png;base64,${picture}">` +
        `<figcaption>${device}, ${colours}</figcaption></figure>`,
    )
    .join("");
  const page = await browser.newPage();
  await page.setViewport({ width: 1350, height: 200, deviceScaleFactor: 1 });
  await page.setContent(
    "<style>body{margin:0;padding:16px;background:#c9ceca;font:13px sans-serif;width:max-content}" +
      "main{display:flex;gap:16px;align-items:flex-start}figure{margin:0}img{display:block}" +
      `figcaption{padding-top:6px;color:#333}</style><main>${columns}</main>`,
  );
  const main = await page.$("body");
  writeFileSync(path.join(PICTURES, `${name}.png`), await main.screenshot({ encoding: "binary" }));
  await page.close();
}
