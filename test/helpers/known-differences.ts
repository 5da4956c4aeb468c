/** Where random templates may differ from ansible-core 2.19. What each means is said in docs/reference/templates.md. */
export const KNOWN_DIFFERENCES: readonly RegExp[] = [
  // Refused, with a place.
  /urlize|to_bytes|lipsum|\.time\(\)|password_hash|\{:z\}|\*\* -?0\.5/,
  /b64decode/,
  // The first and the last word of 2.19 about its own insides.
  /\{\{ ?loop \}\}|type_debug|\battr\(/,
  // Lists and dicts of variables that are read for the first time.
  /\.count\(|\.sort\(\)|fromkeys|\| bool|is (?:not )?(?:url|urn)\b/,
  // Numbers are open files to Python.
  /is (?:not )?(?:exists|file|directory|link|mount)\b/,
  // Errors about arguments that are of no use.
  /rekey_on_member|urlsplit|xmlattr|union\(|intersect\(|is (?:not )?version/,
  /^#jinja2:[^\n]*\n\r/,
];
