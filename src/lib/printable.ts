/** Text from hosts as a terminal may show it: control characters made visible, so that none of them is obeyed. */
export function printable(text: string): string {
  // eslint-disable-next-line no-control-regex -- exactly these are meant
  return text.replaceAll(
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
    (c) => (c === "\r" ? "" : `\\x${c.charCodeAt(0).toString(16).padStart(2, "0")}`),
  );
}
