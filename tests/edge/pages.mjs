// Follows links of letters in a real browser as phones and desktops do, light and dark, presses the
// button of those that are to be pressed, and prints what was seen as JSON. With PICTURES, one
// picture of those that do something is kept there.
import { writeFileSync } from "node:fs";
import path from "node:path";

import { launch } from "../chromium.mjs";
import { look } from "../look.mjs";

const { BROWSERS, PICTURES } = process.env;
const links = JSON.parse(process.env.LINKS); // [{name, url, press}]
const VIEWS = [
  { device: "phone", width: 320, colours: "light" },
  { device: "phone", width: 320, colours: "dark" },
  { device: "desktop", width: 720, colours: "light" },
  { device: "desktop", width: 720, colours: "dark" },
];
const browser = await launch(BROWSERS);
const seen = [];
const shots = [];
try {
  for (const link of links) {
    for (const view of VIEWS) {
      const { picture, ...said } = await follow(link, view);
      seen.push({ name: link.name, ...view, ...said });
      if (said.status === 200) shots.push({ name: link.name, ...view, picture });
    }
  }
  if (PICTURES) await keep();
} finally {
  await browser.close();
}
console.log(JSON.stringify(seen));

async function follow({ url, press }, { width, colours }) {
  const page = await browser.newPage();
  const asked = [];
  const complaints = [];
  page.on("request", (request) => asked.push(`${request.method()} ${request.url()}`));
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  await page.setViewport({ width, height: 100, deviceScaleFactor: 1 });
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: colours }]);
  let answer = await page.goto(url);
  // A second time there is nothing to press: what is done is done.
  if (press && (await page.$("button"))) [answer] = await Promise.all([page.waitForNavigation(), page.click("button")]);
  const said = await page.evaluate(look);
  const shown = await page.evaluate(() => ({
    heading: document.querySelector("h1").textContent,
    scripts: document.scripts.length,
    lang: document.documentElement.lang,
    text: document.body.innerText,
  }));
  const picture = await page.screenshot({ fullPage: true, encoding: "base64" });
  const status = answer.status();
  await page.close();
  return { ...said, ...shown, status, asked, complaints, picture };
}

async function keep() {
  const figures = shots
    .filter(({ device, colours }) => device === "phone" || colours === "light")
    .map(
      ({ picture, name, device, colours }) =>
        `<figure><img width="${device === "phone" ? 200 : 340}" src="data:image/png;base64,${picture}">` +
        `<figcaption>${name}: ${device}, ${colours}</figcaption></figure>`,
    )
    .join("");
  const page = await browser.newPage();
  await page.setViewport({ width: 820, height: 200, deviceScaleFactor: 1 });
  await page.setContent(
    "<style>body{margin:0;padding:16px;background:#c9ceca;font:12px sans-serif}" +
      "main{display:grid;grid-template-columns:200px 200px 340px;gap:16px;align-items:start}" +
      "figure{margin:0}img{display:block}figcaption{padding-top:6px;color:#333}</style>" +
      `<main>${figures}</main>`,
  );
  const body = await page.$("body");
  writeFileSync(path.join(PICTURES, "pages.png"), await body.screenshot({ encoding: "binary" }));
  await page.close();
}
