/** What this is, as journals and plan files name it; a test holds it equal to package.json. */
export const VERSION = "0.1.0";
