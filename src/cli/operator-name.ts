import { homedir, hostname, userInfo } from "node:os";

/** Who sits here: user and machine. */
export function operatorName(): string {
  return `${userName()}@${hostname()}`;
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return homedir();
  }
}
