import { describe, expect, test } from "@jest/globals";
import { transactionFailed } from "./trouble.ts";

describe("a transaction that failed", () => {
  const wrong = ["pdns-server is left half way (iF)"];

  test("is told in the words of the script that failed, not only in dpkg's", () => {
    const said = `ran:apt-get install -y pdns-server=5.1.5-1
Setting up pdns-server (5.1.5-1) ...
pdns-server.postinst: cannot chown /var/lib/powerdns
dpkg: error processing package pdns-server (--configure):
 installed pdns-server package post-installation script subprocess returned error exit status 1
E: Sub-process /usr/bin/dpkg returned an error code (1)
rc:100`;
    const { summary, detail } = transactionFailed(wrong, said);
    expect(summary).toBe("pdns-server is left half way (iF)");
    expect(detail).toContain("pdns-server.postinst: cannot chown /var/lib/powerdns");
    expect(detail).toContain("E: Sub-process /usr/bin/dpkg returned an error code (1)");
  });

  test("leaves out what apt says when all goes well", () => {
    const said = "Reading package lists...\nBuilding dependency tree...\nE: Internal Error\nrc:100";
    expect(transactionFailed(wrong, said).detail).toEqual(["E: Internal Error", "rc:100"]);
  });
});
