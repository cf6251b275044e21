// The browser that the tests drive: Chromium from a package, unpacked where the tests keep theirs.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

import puppeteer from "puppeteer-core";

/** Starts the browser; `browsers` is the folder it lies in, or will. */
export async function launch(browsers, args = []) {
  const home = path.join(browsers, packageVersion());
  await unpack(home);
  return puppeteer.launch({
    executablePath: path.join(home, "chromium"),
    env: { ...process.env, FONTCONFIG_FILE: path.join(home, "fonts.conf"), ...libraries(home) },
    headless: "shell",
    args: [
      "--no-sandbox", // a sandbox needs rights that neither root nor a container gives
      "--disable-dev-shm-usage",
      "--disable-gpu",
      ...args,
    ],
  });
}

function packageVersion() {
  const file = new URL("../../package.json", import.meta.resolve("@sparticuz/chromium"));
  return JSON.parse(readFileSync(file)).version;
}

/** Unpacks the browser, once: what a killed run left half done is done again, and of two that run at
 *  the same time the first is kept. */
async function unpack(home) {
  if (existsSync(home)) return;
  const draft = `${home}.draft.${process.pid}`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true });
  const before = { ...process.env };
  process.env.TMPDIR = draft; // where the package unpacks to
  process.env.AWS_EXECUTION_ENV = "AWS_Lambda_nodejs20.x"; // so that it unpacks its libraries too
  const { default: chromium } = await import("@sparticuz/chromium");
  await chromium.executablePath();
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, before);
  // Its fonts are meant to lie in /tmp; without any font, Chromium ends.
  const fonts = `<dir>${home}/fonts</dir><cachedir>${home}/fonts-cache</cachedir>`;
  writeFileSync(path.join(draft, "fonts.conf"), `<fontconfig>${fonts}</fontconfig>`);
  try {
    renameSync(draft, home);
  } catch (error) {
    if (!existsSync(home)) throw error;
    rmSync(draft, { recursive: true, force: true });
  }
}

/** The few libraries that Chromium links with, where this machine does not have them. */
function libraries(home) {
  const linked = execFileSync("ldd", [path.join(home, "chromium")], { encoding: "utf8" });
  const needed = linked.includes("not found");
  return needed ? { LD_LIBRARY_PATH: path.join(home, "al2023", "lib") } : {};
}
