/** Commands that begin a run, go on with one, or take one back. */
import { Option } from "commander";
import type { Command } from "commander";
import {
  streamFormat,
  withInventory,
  withRun,
  withJournal,
  collect,
  DETACH_HELP,
  withState,
  WINDOW_HELP,
} from "./args-options.ts";
import { besideStream } from "./beside-stream.ts";
import type {
  ApplyOptions,
  InventoryOptions,
  PlanOptions,
  ResumeOptions,
  RollbackOptions,
  StatusOptions,
  StopOptions,
} from "./options.ts";
import type { Terminal } from "./terminal.ts";

export function addRunCommands(
  program: Command,
  terminal: Terminal,
  end: (code: number) => void,
): void {
  withRun(program.command("apply").argument("<playbook>", "a playbook, or a file of plan --out"))
    .description("validate, connect, check everything, show the plan, ask, and do it")
    .option("-C, --check", "stop before the question: the same as plan")
    .option("-y, --yes", "accept the plan without being asked")
    .option("--accept-irreversible", "accept the tasks that cannot be taken back")
    .addOption(streamFormat())
    .option("--wait-for-window", "wait until the window opens, and go on in those that follow")
    .option("--detach", DETACH_HELP)
    .action(async (playbook: string, options: ApplyOptions) => {
      if (options.detach && !options.check && !terminal.launcher) {
        const { launch } = await import("./detach/launch.ts");
        end(await launch(options, terminal));
        return;
      }
      const { apply } = await import("./commands/apply.ts");
      end(await apply(playbook, options, besideStream(terminal, options.format)));
    });

  withRun(program.command("plan").argument("<playbook>", "a playbook, or a file of plan --out"))
    .description("what would happen, per host and task; changes nothing")
    .option("--detailed-exitcode", "0: no change, 2: changes")
    .option(
      "--out <file>",
      "keep the plan there; apply with that file does exactly this, or refuses",
    )
    .action(async (playbook: string, options: PlanOptions) => {
      const { plan } = await import("./commands/plan.ts");
      end(await plan(playbook, options, terminal));
    });

  withRun(program.command("status").argument("<playbook>"))
    .description("where every host stands now against goal and preflight; changes nothing")
    .option("--json", "as JSON")
    .action(async (playbook: string, options: StatusOptions) => {
      const { status } = await import("./commands/status.ts");
      end(await status(playbook, options, terminal));
    });

  withInventory(program.command("validate").argument("<playbook...>"))
    .description("everything that can be known without a connection; all problems at once")
    .action(async (playbooks: string[], options: InventoryOptions) => {
      const { validate } = await import("./commands/validate.ts");
      end(await validate(playbooks, options, terminal));
    });

  withJournal(program.command("resume").argument("[run]"))
    .description("go on with a run that stopped, failed or was killed")
    .option("-l, --limit <hosts>", "only with these hosts of the run (comma list)")
    .addOption(streamFormat())
    .option("--window <span>", WINDOW_HELP)
    .option("--wait-for-window", "wait until the window opens, and go on in those that follow")
    .addOption(new Option("--answer <answer>", "answer the question that the run waits for"))
    .option(
      "--settle <host-task=applied|not-applied>",
      "say what happened to a host-task in doubt",
      collect,
      [],
    )
    .option(
      "--drop-host <host>",
      "a host that was removed from the inventory since and is gone for good: the run goes on without it; may be given again",
      collect,
      [],
    )
    .option("--detach", DETACH_HELP)
    .action(async (run: string | undefined, options: ResumeOptions) => {
      if (options.detach && !terminal.launcher) {
        const { launch } = await import("./detach/launch.ts");
        end(await launch(options, terminal));
        return;
      }
      const { resume } = await import("./commands/resume.ts");
      end(await resume(run, options, besideStream(terminal, options.format)));
    });

  withJournal(program.command("rollback").argument("[run]"))
    .description("take hosts back to where they were before a run, from its journal alone")
    .option(
      "-l, --limit <hosts>",
      "only these hosts of the run (comma list); the inventory is left alone",
    )
    .option(
      "--drop-host <host>",
      "a host that was removed from the inventory since and is gone for good: the way back is whole without it; may be given again",
      collect,
      [],
    )
    .option(
      "--overwrite-drift",
      "put back what was there before the run, also over what somebody changed since; the decision is journaled",
    )
    .option("-C, --check", "say whether the way back still exists; changes nothing")
    .addOption(streamFormat())
    .option(
      "--settle <host-task=applied|not-applied>",
      "say what happened to a host-task in doubt",
      collect,
      [],
    )
    .option("--detach", DETACH_HELP)
    .action(async (run: string | undefined, options: RollbackOptions) => {
      if (options.detach && !options.check && !terminal.launcher) {
        const { launch } = await import("./detach/launch.ts");
        end(await launch(options, terminal));
        return;
      }
      const { rollback } = await import("./commands/rollback.ts");
      end(await rollback(run, options, besideStream(terminal, options.format)));
    });

  withState(program.command("stop").argument("<run>"))
    .description("stop a run that is at work, detached or not, as an interrupt would")
    .option("--now", "after the running tasks; said again: at once, and jobs on hosts go on")
    .option("--wait", "return when its controller is gone")
    .action(async (run: string, options: StopOptions) => {
      const { stop } = await import("./commands/stop.ts");
      end(await stop(run, options, terminal));
    });
}
