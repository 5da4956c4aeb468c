// Encrypts standard input as an ansible-vault 1.1 file. Usage: node vault-encrypt.mjs PASSWORD-FILE
import { createCipheriv, createHmac, pbkdf2Sync, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";

const [passwordFile] = process.argv.slice(2);
if (passwordFile === undefined) throw new Error("usage: vault-encrypt.mjs PASSWORD-FILE");
const password = readFileSync(passwordFile, "utf8").trim();
const plain = readFileSync(0);

const salt = randomBytes(32);
const derived = pbkdf2Sync(password, salt, 10_000, 80, "sha256");
const [cipherKey, macKey, counter] = [
  derived.subarray(0, 32),
  derived.subarray(32, 64),
  derived.subarray(64),
];
const cipher = createCipheriv("aes-256-ctr", cipherKey, counter);
// The format pads to whole AES blocks even though the mode does not need it.
const padding = 16 - (plain.length % 16);
const padded = Buffer.concat([plain, Buffer.alloc(padding, padding)]);
const encrypted = Buffer.concat([cipher.update(padded), cipher.final()]);
const mac = createHmac("sha256", macKey).update(encrypted).digest();

const body = Buffer.from(
  [salt, mac, encrypted].map((part) => part.toString("hex")).join("\n"),
).toString("hex");
process.stdout.write(`$ANSIBLE_VAULT;1.1;AES256\n${body.replace(/.{1,80}/g, "$&\n")}`);
