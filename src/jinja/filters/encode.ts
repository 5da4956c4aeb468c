import { createHash, getHashes } from "node:crypto";
import { textOr } from "../coerce.ts";
import { plugin } from "../plugin.ts";
import type { Plugin, Plugins } from "../plugin.ts";
import { failed, unsupported } from "../problem.ts";
import type { Datum } from "../values/datum.ts";
import { print } from "../values/print.ts";

const HASH_NAMES: Readonly<Record<string, string>> = {
  sha3_224: "sha3-224",
  sha3_256: "sha3-256",
  sha3_384: "sha3-384",
  sha3_512: "sha3-512",
  blake2b: "blake2b512",
  blake2s: "blake2s256",
};

/** Encodings, digests and quoting. */
export const ENCODE_FILTERS: Plugins = {
  b64encode: plugin(["encoding?"], (input, [encoding]) =>
    Buffer.from(encoded(print(input), textOr(encoding, "utf-8"))).toString("base64"),
  ),
  b64decode: plugin(["encoding?"], (input, [encoding]) =>
    decoded(fromBase64(print(input)), textOr(encoding, "utf-8")),
  ),
  hash: plugin(["hashtype?"], (input, [type]) => digest(textOr(type, "sha1"), input)),
  sha1: plugin([], (input) => digest("sha1", input)),
  md5: plugin([], (input) => digest("md5", input)),
  checksum: plugin([], (input) => digest("sha1", input)),
  quote: plugin([], (input) => shellQuoted(input === null ? "" : print(input))),
  to_uuid: plugin(["namespace?"], (input, [namespace]) =>
    uuid5(textOr(namespace, "361E6D51-FAEC-444A-9079-341386DA8E2E"), print(input)),
  ),
  vault: refused("vault", "Encrypt the value with `runbook vault encrypt` and keep the result"),
  unvault: refused("unvault", "Values marked !vault are decrypted when they are used"),
  password_hash: refused(
    "password_hash",
    "Its salt would differ on every run: hash the password once and keep the hash in a vault",
  ),
};

function refused(name: string, hint: string): Plugin {
  return plugin(["a?", "b?", "c?", "d?", "e?", "f?"], () => {
    throw unsupported(`the filter ${name} is not supported`, hint);
  });
}

function digest(type: string, input: Datum): string {
  const name = HASH_NAMES[type] ?? type;
  if (!getHashes().includes(name))
    throw failed(
      `unsupported hash type ${type}`,
      "Known are for example sha256, sha512, sha1, md5",
    );
  return createHash(name).update(print(input), "utf8").digest("hex");
}

/** As `shlex.quote`: only what a shell could read otherwise is quoted. */
function shellQuoted(text: string): string {
  if (text === "") return "''";
  if (/^[\w@%+=:,./-]+$/.test(text)) return text;
  return `'${text.replaceAll("'", `'"'"'`)}'`;
}

/** What is not of the alphabet is passed over; a padding that is missing is not. */
function fromBase64(text: string): Buffer {
  let digits = "";
  let pads = 0;
  for (const char of text) {
    if (char === "=") {
      pads += 1;
      if (digits.length % 4 >= 2 && (digits.length % 4) + pads >= 4)
        return Buffer.from(digits, "base64");
    } else if (/[A-Za-z0-9+/]/.test(char)) {
      digits += char;
      pads = 0;
    }
  }
  const over = digits.length % 4;
  if (over === 1)
    throw failed(
      `invalid base64: ${digits.length} characters cannot be 1 more than a multiple of 4`,
    );
  if (over !== 0) throw failed("incorrect padding of base64", "Is the text complete?");
  return Buffer.from(digits, "base64");
}

function encoded(text: string, encoding: string): Uint8Array {
  switch (encoding.toLowerCase().replaceAll("_", "-")) {
    case "utf-8":
    case "utf8":
      return Buffer.from(text, "utf8");
    case "utf-16-le":
    case "utf-16le":
      return Buffer.from(text, "utf16le");
    case "utf-16":
      return Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, "utf16le")]);
    case "utf-16-be":
      return Buffer.from(text, "utf16le").swap16();
    case "latin-1":
    case "latin1":
    case "iso-8859-1":
    case "ascii":
      return Buffer.from(text, "latin1");
    default:
      throw failed(`unknown encoding: ${encoding}`);
  }
}

function decoded(bytes: Buffer, encoding: string): string {
  switch (encoding.toLowerCase().replaceAll("_", "-")) {
    case "utf-8":
    case "utf8": {
      const text = bytes.toString("utf8");
      if (text.includes("\ufffd") && !bytes.includes(Buffer.from("\ufffd")))
        throw failed("the decoded bytes are not UTF-8 text");
      return text;
    }
    case "utf-16-le":
    case "utf-16":
      if (bytes.length % 2 === 1) throw failed("the decoded bytes are not UTF-16 text");
      return bytes.toString("utf16le").replace(/^\ufeff/, "");
    case "utf-16-be":
      return Buffer.from(bytes).swap16().toString("utf16le");
    case "latin-1":
    case "latin1":
    case "iso-8859-1":
    case "ascii":
      return bytes.toString("latin1");
    default:
      throw failed(`unknown encoding: ${encoding}`);
  }
}

function uuid5(namespace: string, name: string): string {
  const hex = namespace.replaceAll("-", "").toLowerCase();
  if (!/^[0-9a-f]{32}$/.test(hex)) throw failed(`'${namespace}' is not a UUID`);
  const hash = createHash("sha1").update(Buffer.from(hex, "hex")).update(name, "utf8").digest();
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x50;
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80;
  const digits = hash.toString("hex").slice(0, 32);
  return [8, 12, 16, 20, 32]
    .map((end, index, ends) => digits.slice(index === 0 ? 0 : ends[index - 1], end))
    .join("-");
}
