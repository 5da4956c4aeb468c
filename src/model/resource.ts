/**
 * What a task reads and touches: `unit:pdns`, `file:/x`, `package:y`, `lmdb:/x`, `s3:bucket/prefix`, or `*` for
 * everything. Decides what a plan may claim: a check that reads what an earlier pending task touches is unknown.
 */
export type Resource = "*" | `${string}:${string}`;

/** Whether a change of `touched` may change what a read of `read` sees. A folder covers what is below it. */
export function overlaps(touched: Resource, read: Resource): boolean {
  if (touched === "*" || read === "*" || touched === read) return true;
  const below = (outer: string, inner: string) =>
    inner.startsWith(outer.endsWith("/") ? outer : `${outer}/`);
  return (
    touched.startsWith("file:") &&
    read.startsWith("file:") &&
    (below(touched, read) || below(read, touched))
  );
}
