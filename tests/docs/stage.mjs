// What the programs made of the documentation have beside the client: comparing, and a mailbox.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";

import { createClient } from "@supabase/supabase-js";

export const env = process.env;
let block = 0;
let compared = 0;

/** Says which block runs, for when one fails. */
export function begin(line) {
  block = line;
}

/** Compares what an expression of the page gives with what the page says it gives. */
export function same(line, actual, shown) {
  compared += 1;
  try {
    partly(actual, shown);
  } catch {
    const [said, is] = [shown, actual].map((value) => JSON.stringify(value));
    throw new Error(`line ${line} of the page says ${said}, and it is ${is}`);
  }
}

// Objects may have more than the page shows; lists and values may not.
function partly(actual, shown) {
  if (shown !== null && typeof shown === "object" && !Array.isArray(shown)) {
    assert.ok(actual !== null && typeof actual === "object");
    for (const [key, value] of Object.entries(shown)) partly(actual[key], value);
  } else if (Array.isArray(shown)) {
    assert.equal(actual.length, shown.length);
    shown.forEach((value, place) => partly(actual[place], value));
  } else {
    assert.deepEqual(actual, shown);
  }
}

/** The link in the last letter to an address, leading to `page`: the local Auth writes its letters to
 *  its log, and forgets emailRedirectTo and redirectTo, which belong into the link. */
export function lettersLink(email, page) {
  const letters = readFileSync(env.AUTH_LOG, "utf8").split(/^To: /m);
  const last = letters.findLast((letter) => letter.startsWith(`${email}\n`));
  const link = new URL(last.match(/https?:\/\/\S+\/auth\/v1\/verify\?\S+/)[0]);
  if (page) link.searchParams.set("redirect_to", page);
  return link.href;
}

/** Follows that link as a click would: where it lands, and the tokens it brings. */
export async function openLetter(email, page) {
  const answer = await fetch(lettersLink(email, page), { redirect: "manual" });
  const landed = new URL(answer.headers.get("location"));
  const tokens = new URLSearchParams(landed.hash.slice(1));
  return {
    page: landed.origin + landed.pathname,
    type: tokens.get("type"),
    session: { access_token: tokens.get("access_token"), refresh_token: tokens.get("refresh_token") },
  };
}

/** Lets a worker do what there is to do, meanwhile. */
export function work() {
  spawn(env.PYTHON, ["-m", "learnbase.cli", "work", "--drain"], { stdio: ["ignore", "ignore", "inherit"] });
}

/** Somebody else, signed up, confirmed and signed in, with a client of their own. */
export async function somebody(name, options = {}) {
  const email = `${name.toLowerCase()}-${Date.now().toString(36)}@example.com`;
  const password = "learnbase-docs";
  const client = createClient(env.SUPABASE_URL, env.SUPABASE_PUBLISHABLE_KEY, {
    auth: { persistSession: false, autoRefreshToken: false },
    ...options,
  });
  for (const step of [
    () => client.auth.signUp({ email, password, options: { data: { name } } }),
    () => openLetter(email),
    () => client.auth.signInWithPassword({ email, password }),
  ]) {
    const { error } = await step();
    if (error) throw error;
  }
  return client;
}

/** What the edge and the workers do with the secret key. */
async function asService(method, path, schema, body) {
  const answer = await fetch(`${env.SUPABASE_URL}/rest/v1/${path}`, {
    method,
    headers: {
      apikey: env.SUPABASE_SECRET_KEY,
      "Content-Type": "application/json",
      "Content-Profile": schema,
    },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(await answer.text());
}

/** An account of theirs at a service, as the edge keeps it once they have agreed. */
export async function connected(client, provider) {
  const { data } = await client.from("users").select("id").single().throwOnError();
  await asService("POST", "rpc/save_connection", "worker", {
    user_id: data.id, provider, account_id: "workspace", account_name: "A workspace",
    scopes: [], sealed_tokens: "v1.docs.sealed",
  });
}

/** The same once it was revoked. */
export async function disconnected(client) {
  const { data } = await client.from("users").select("id").single().throwOnError();
  await asService("DELETE", `connections?user_id=eq.${data.id}`, "public");
}

/** Ends the run: clients keep timers that would hold the process. */
export function end() {
  console.log(JSON.stringify({ compared }));
  process.exit(0);
}

process.on("uncaughtException", (error) => {
  console.error(`in the block at line ${block}:`, error);
  process.exit(1);
});
