// Type-checks programs made of pages, without writing them anywhere: a JSON list of them comes in by
// standard input, and a list of [line, message] for each goes out.
import { readFileSync } from "node:fs";
import path from "node:path";

import ts from "typescript";

const TYPES = path.resolve("supabase/types/database.ts");
const typed = "createClient<import('./supabase/types/database.ts').Database>(";
const programs = JSON.parse(readFileSync(0, "utf8"));
const pages = programs.map((_, number) => path.resolve(`page-${number}.mts`));
const text = new Map(
  programs.map((program, number) => [pages[number], program.replaceAll("createClient(", typed)]),
);
// What a JSON column holds is no concern of the schema's.
const json = /export type Json = [^]*?\| Json\[\];/;
text.set(TYPES, readFileSync(TYPES, "utf8").replace(json, "export type Json = any;"));

const options = {
  target: ts.ScriptTarget.ESNext,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  lib: ["lib.esnext.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts"],
  types: [],
  strict: true,
  noImplicitAny: false,
  strictNullChecks: false, // examples show what answers hold, not that they might hold nothing
  noEmit: true,
  skipLibCheck: true,
  allowImportingTsExtensions: true,
};
const host = ts.createCompilerHost(options);
const { getSourceFile, readFile, fileExists } = host;
host.fileExists = (file) => text.has(file) || fileExists(file);
host.readFile = (file) => text.get(file) ?? readFile(file);
host.getSourceFile = (file, target, ...rest) =>
  text.has(file)
    ? ts.createSourceFile(file, text.get(file), target)
    : getSourceFile(file, target, ...rest);

const checker = ts.createProgram(pages, options, host);
const errors = pages.map((page) => {
  const file = checker.getSourceFile(page);
  return ts
    .getPreEmitDiagnostics(checker, file)
    .map((found) => [
      file.getLineAndCharacterOfPosition(found.start).line + 1,
      ts.flattenDiagnosticMessageText(found.messageText, " "),
    ]);
});
console.log(JSON.stringify(errors));
