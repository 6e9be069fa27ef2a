/**
 * Where the program's own files are found: the folder of the sources, or of what the compiler made of them (dist/), with the package's
 * folder above it. The program users start is bundled (scripts/bundle.mjs) without this module, since a bundle lies elsewhere.
 */
export const HOME = new URL(".", import.meta.url);
