import { taskId } from "../../model/ids.ts";
import type { JsonObject } from "../../model/json.ts";
import { defineReading, StepProblem } from "../../model/step.ts";
import { demand } from "../ask.ts";
import { lookAtPackages, noApt, parseLook } from "../_apt/look.ts";
import { packagesOf, wayBack, type PackageBefore, type WayBack } from "../_apt/record.ts";

interface AvailableParams {
  readonly of: string;
}

interface AvailableSeen extends JsonObject {
  /** False: that task never began here, so there is nothing to go back to. */
  readonly begun: boolean;
  readonly packages: readonly {
    readonly package: string;
    readonly version: string;
    /** `kept`: on the host, its checksum is right. `installed`: it is the version that is there. */
    readonly where: WayBack | "installed";
  }[];
}

export const step = defineReading<AvailableParams, AvailableSeen>({
  name: "package.available",
  summary: "Whether the packages that a task replaced can still be had",
  description: `Looks up what the named \`package\` or \`package.fetch\` task recorded on this host, and fails when one of those versions is neither kept on the host with its checksum intact, nor in apt's cache, nor offered by a source. Meant as the first look of a way back, while the server still answers.`,
  params: {
    of: {
      type: "string",
      required: true,
      names: "task",
      description: "The id of a task of this playbook with package or package.fetch.",
    },
  },
  shorthand: "of",
  examples: [
    { title: "Are the old packages still there?", yaml: "package.available: { of: packages }" },
  ],
  where: "host",
  reads: () => ["packages:kept", "file:/etc/apt"],

  async observe(host, params, tools) {
    const earlier = tools.earlier(taskId(params.of));
    if (earlier === undefined) return { begun: false, packages: [] };
    const recorded = packagesOf(earlier.record) ?? packagesOf(earlier.after);
    if (recorded === undefined) return { begun: true, packages: [] };
    const old = recorded.filter(hasVersion);
    if (old.length === 0) return { begun: true, packages: [] };
    const names = old.map((one) => one.package);
    const parsed = parseLook((await demand(host, lookAtPackages(names))).out);
    if (parsed.kind === "no-apt") throw new StepProblem("failed", noApt(parsed.system));
    const { look } = parsed;
    return {
      begun: true,
      packages: old.map((one) => {
        const where = wayBack(one.package, one.version, look);
        // A file of the right name with another checksum is not the package that was there.
        const changed =
          where === "kept" &&
          one.sha256 !== undefined &&
          !look.kept.some((deb) => deb.package === one.package && deb.sha256 === one.sha256);
        const there = look.entries.get(one.package)?.version === one.version;
        const found = changed ? "nowhere" : where;
        return {
          package: one.package,
          version: one.version,
          where: found === "nowhere" && there ? "installed" : found,
        };
      }),
    };
  },

  judge: (sightings) =>
    sightings.map(({ seen, params }) => {
      const lost = seen.packages.filter((one) => one.where === "nowhere");
      if (lost.length === 0) return { kind: "holds" };
      const names = lost.map((one) => `${one.package} ${one.version}`).join(", ");
      return {
        kind: "fails",
        final: true,
        diagnostic: {
          code: "step/package-way-back-lost",
          severity: "error",
          summary: `what ${params.of} replaced cannot be had any more: ${names}`,
          hint: "Put the .deb files into /var/cache/apt/archives on the host, or add a repository that has them, before going back.",
        },
      };
    }),
});

function hasVersion(one: PackageBefore): one is PackageBefore & { readonly version: string } {
  return one.version !== null;
}
