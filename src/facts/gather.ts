import type { Facts } from "../model/facts.ts";
import { StepProblem } from "../model/step.ts";
import type { HostReader } from "../model/transport.ts";
import { distributionFacts } from "./distribution.ts";
import { memoryFacts, mountFacts, processorFacts } from "./hardware.ts";
import { networkFacts } from "./network.ts";
import { FACTS_SCRIPT, sectionsOf } from "./script.ts";
import {
  dateFacts,
  packageManager,
  platformFacts,
  resolverFacts,
  selinuxFacts,
  serviceManager,
  userFacts,
  virtualizationFacts,
} from "./system.ts";

/**
 * What a host says about itself, under Ansible's names without the prefix, in one round trip. Throws only StepProblem:
 * the host did not answer, or its answer was cut off.
 */
export async function gatherFacts(host: HostReader): Promise<Facts> {
  const ended = await host.read(FACTS_SCRIPT);
  if (ended.kind !== "exited") {
    throw new StepProblem("unreachable", {
      code: "facts/no-answer",
      severity: "error",
      summary: "facts could not be gathered: the host did not answer",
      ...("reason" in ended ? { detail: [ended.reason] } : {}),
    });
  }
  const output = new TextDecoder().decode(ended.stdout);
  if (!/^== end$/m.test(output)) {
    throw new StepProblem("failed", {
      code: "facts/cut-off",
      severity: "error",
      summary: "facts could not be gathered: the answer is cut off",
      detail: new TextDecoder().decode(ended.stderr).split("\n").slice(-3),
    });
  }
  return factsFrom(output);
}

/** The same from recorded output. */
export function factsFrom(output: string): Facts {
  const sections = sectionsOf(output);
  const of = (name: string) => sections.get(name) ?? "";
  const distribution = distributionFacts({
    osRelease: of("os-release"),
    debianVersion: of("debian-version"),
    alpineRelease: of("alpine-release"),
  });
  return {
    // Interfaces first: one that is called like a fact must not hide it.
    ...networkFacts({
      links: of("links"),
      bridges: of("bridges"),
      bonds: of("bonds"),
      addresses: of("addresses"),
      route4: of("route4"),
      route6: of("route6"),
    }),
    ...distribution,
    ...platformFacts(of("uname"), of("fqdn"), of("machine-id")),
    ...userFacts(of("user"), of("env")),
    ...dateFacts(of("date")),
    uptime_seconds: Math.floor(Number(of("uptime").split(" ")[0]) || 0),
    ...memoryFacts(of("meminfo")),
    ...processorFacts(of("cpuinfo"), of("nproc")),
    ...mountFacts(of("mounts")),
    ...resolverFacts(of("resolv")),
    service_mgr: serviceManager(of("init")),
    pkg_mgr: packageManager(of("packagers"), distribution.os_family),
    ...virtualizationFacts(of("virtualization")),
    ...selinuxFacts(of("selinux")),
    gather_subset: ["all"],
    module_setup: true,
  };
}
