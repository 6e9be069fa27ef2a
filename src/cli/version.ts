/** The version in package.json. */
import { readFileSync } from "node:fs";
import { HOME } from "../home.js";

export const { version } = JSON.parse(readFileSync(new URL("../package.json", HOME), "utf8")) as { version: string };
