// What people who know Ansible will write, and what to write here. A word that is not silently ignored needs an answer.

/** What is said of a word, and what to write instead. */
export interface Answer {
  readonly summary: string;
  readonly hint: string;
}

const keyword = (word: string, hint: string): Answer => ({
  summary: `Ansible's "${word}" does not exist here`,
  hint,
});

const TAGS = "There are no tags: leave out hosts with --limit, and tasks with `when:`.";
const FILES =
  "Declare `inputs:`, or keep the values in group_vars and host_vars beside the inventory.";
const PLAN = "Whether anything is changed is asked of the whole run: `runbook plan`.";
const CONNECTION = "Set it in the inventory, as ansible_connection, ansible_user or ansible_port.";
const SUDO = "Users are changed with sudo: `become`, `become_user`.";
const ONE_FILE =
  "Write the tasks into this playbook: one file holds the whole runbook, so the plan shows all of it.";
const THROTTLE =
  "Write `throttle:` at the tasks that need it, or `rollout: { forks: … }` for all of them.";
const SERIAL = "Write `rollout: { mode: serial, batches: … }`.";
const FAILURES =
  "Write `rollout: { max_failures: … }`; hosts that cannot be reached count as well.";
const HANDLERS =
  "Write the restart as a task, with `when: earlier is changed` if it depends on an earlier task's `register: earlier`.";

const BOTH: { readonly [word: string]: string } = {
  tags: TAGS,
  check_mode: PLAN,
  diff: PLAN,
  connection: CONNECTION,
  remote_user: CONNECTION,
  port: CONNECTION,
  become_flags: SUDO,
  become_exe: SUDO,
  collections: "Steps are named as they are, without collections.",
  module_defaults: "Write the parameters at each task, or keep common values in `vars:`.",
  debugger:
    "`runbook plan` shows what would be done; a failed run is examined with `runbook show`.",
  any_errors_fatal: FAILURES,
  ignore_unreachable: "Write `rollout: { unreachable: skip }`.",
  notify: HANDLERS,
  ansible_facts: "Facts are gathered with `gather_facts: true`.",
};

const PLAYBOOK: { readonly [word: string]: string } = {
  ...BOTH,
  throttle: THROTTLE,
  tasks: "Write `phases:`, each with a `name` and its `tasks:`.",
  pre_tasks: "Write `preflight:` for checks, or a first phase.",
  post_tasks: "Write a last phase; with `scope: fleet` it runs once, when every host is done.",
  roles: ONE_FILE,
  handlers: HANDLERS,
  vars_files: FILES,
  vars_prompt: "Declare it under `inputs:` with `required: true`.",
  serial: SERIAL,
  max_fail_percentage: FAILURES,
  strategy: "Write `rollout: { mode: serial }` or `{ mode: window }`.",
  order: "Hosts are taken in the order of the inventory.",
  import_playbook: ONE_FILE,
  force_handlers: HANDLERS,
  environment: "Write `environment:` at the tasks that need it.",
  no_log: "Write `no_log: true` at the tasks that need it.",
  run_once: "Write `run_once: true` at the task, or a phase with `scope: fleet`.",
  timeout: "Write `timeout:` at the tasks that need it.",
  ignore_errors: "Write `ignore_errors: true` at the tasks that need it.",
  gather_subset: "All common facts are gathered at once.",
  gather_timeout: "A fact that takes too long fails by itself.",
  fact_path: "Local facts are not read; set variables in the inventory.",
  block: "A phase is a list of tasks; there are no blocks.",
  when: "Write `when:` at phases or tasks.",
};

const BLOCK = "Write the tasks one after another, each with its `when:`.";
const RESCUE = "What happens after a failure is `rollout: { on_failure: … }` and `rollback:`.";

const TASK: { readonly [word: string]: string } = {
  ...BOTH,
  block: BLOCK,
  rescue: RESCUE,
  always: RESCUE,
  listen: HANDLERS,
  async: "Every change already outlives its connection; say how long it may take with `timeout:`.",
  poll: "Every change already outlives its connection; say how long it may take with `timeout:`.",
  args: "Write the parameters under the step: `command: { cmd: …, chdir: … }`.",
  action: "Write the step as the key: `service: { name: … }`.",
  local_action: "Write the step as the key, with `delegate_to: localhost`.",
  delegate_facts: "Facts belong to the host they were read on.",
  include_tasks: ONE_FILE,
  import_tasks: ONE_FILE,
  include_role: ONE_FILE,
  import_role: ONE_FILE,
  include_vars: FILES,
  vars_files: FILES,
  hosts: "A phase's tasks run on every host of the playbook; choose with `when:`, or delegate.",
};

const LOOP_CONTROL: { readonly [word: string]: string } = {
  pause: "Write a `pause` task, or `wait:` at a read-only step.",
  extended: "Use `index_var` for the position.",
  extended_allitems: "Use `index_var` for the position.",
  break_when: "Loops run over all their items; leave items out with `when:`.",
};

const PHASE: { readonly [word: string]: string } = {
  ...BOTH,
  throttle: THROTTLE,
  ...Object.fromEntries(
    ["block", "rescue", "always", "serial", "hosts", "roles", "handlers"].flatMap((word) => {
      const hint = TASK[word] ?? PLAYBOOK[word];
      return hint === undefined ? [] : [[word, hint]];
    }),
  ),
  become: "Write `become:` at the playbook or at its tasks.",
  vars: "Write `vars:` at the playbook or at its tasks.",
};

const OWNERS: { readonly [owner: string]: { readonly [word: string]: string } } = {
  playbook: PLAYBOOK,
  task: TASK,
  phase: PHASE,
  loop_control: LOOP_CONTROL,
};

/** What to write instead of a keyword that Ansible has at this place. */
export function ansibleKeyword(owner: string, word: string): Answer | undefined {
  if (owner === "task" && word.startsWith("with_")) {
    return keyword(
      word,
      "Write `loop:`, with a filter such as dict2items or subelements if need be.",
    );
  }
  const words = OWNERS[owner];
  const hint = words !== undefined && Object.hasOwn(words, word) ? words[word] : undefined;
  return hint === undefined ? undefined : keyword(word, hint);
}

const PACKAGE = "Use `package`.";
const SERVICE = "Use `service`.";
const SOURCES = "Write the repository's file with `copy` or `template`; `package` reads it.";
const COMMAND = "Use `command`; with `read_only: true` if it changes nothing.";
const CONTENT = "Use `template` or `copy` for a whole file, `lineinfile` for a line of it.";
const ACCOUNTS =
  "Accounts are left to your configuration management; a `command` with `inverse:` can do it.";

const MODULES: { readonly [module: string]: string } = {
  apt: PACKAGE,
  yum: PACKAGE,
  dnf: PACKAGE,
  dnf5: PACKAGE,
  pip: COMMAND,
  apt_repository: SOURCES,
  apt_key: SOURCES,
  deb822_repository: SOURCES,
  yum_repository: SOURCES,
  rpm_key: SOURCES,
  debconf: COMMAND,
  dpkg_selections:
    "`package` respects and records packages on hold; use `command` with `inverse:` to change that.",
  package_facts: "Use `package.state`.",
  systemd: SERVICE,
  systemd_service: SERVICE,
  sysvinit: SERVICE,
  service_facts: SERVICE,
  blockinfile: CONTENT,
  replace: CONTENT,
  ini_file: CONTENT,
  assemble: CONTENT,
  slurp: "Use `command: cat …` with `read_only: true`.",
  fetch: "Use `command: cat …` with `read_only: true` and `register:`.",
  find: "Use `command: find …` with `read_only: true`.",
  getent: "Use `command: getent …` with `read_only: true`.",
  raw: "Use `shell`; nothing needs Python on the hosts.",
  script: "Use `copy`, then `command`.",
  expect: "Commands have no terminal; use the program's own options for unattended use.",
  get_url: "Use `command` with curl or wget, and `inverse:`.",
  unarchive: "Use `command: tar …` with `inverse:`.",
  git: COMMAND,
  subversion: COMMAND,
  synchronize: "Use `copy`, or `command` with rsync.",
  cron: "Use `copy` or `template` for a file in /etc/cron.d.",
  mount: COMMAND,
  sysctl: "Use `copy` for a file in /etc/sysctl.d, then `command: sysctl --system`.",
  hostname: COMMAND,
  iptables: COMMAND,
  tempfile: COMMAND,
  known_hosts: "Host keys are read from the controller's known_hosts.",
  authorized_key: ACCOUNTS,
  user: ACCOUNTS,
  group: ACCOUNTS,
  reboot: "Use `command` to reboot, then `wait_for` on the port of its sshd.",
  ping: "Every run connects to all of its hosts first; `runbook doctor` does nothing else.",
  wait_for_connection: "Use `wait_for` on the port of its sshd.",
  setup: "Write `gather_facts: true`.",
  gather_facts: "Write `gather_facts: true` at the playbook.",
  meta: "Stopping and resuming are the engine's: see `rollout:` and phases with `rest: true`.",
  add_host: "Hosts come from the inventory alone, so that the plan shows all of them.",
  group_by: "Use `when:` to choose hosts by what was seen.",
  include_role: ONE_FILE,
  import_role: ONE_FILE,
  include_tasks: ONE_FILE,
  import_tasks: ONE_FILE,
  include_vars: FILES,
  set_stats: "What tasks reported is in the report: `runbook report`.",
  async_status: "Every change already outlives its connection; a task waits for it by itself.",
  validate_argument_spec: "Inputs are typed: see `inputs:`.",
};

/** What to write instead of a module that Ansible has and this engine has not. */
export function ansibleModule(word: string): Answer | undefined {
  const parts = word.split(".");
  const short = parts.at(-1) ?? word;
  const known = Object.hasOwn(MODULES, short) ? MODULES[short] : undefined;
  const builtin =
    parts.length === 1 || word === `ansible.builtin.${short}` || word === `ansible.legacy.${short}`;
  if (known !== undefined && (builtin || parts.length === 3)) {
    return { summary: `Ansible's module "${word}" does not exist here`, hint: known };
  }
  if (parts.length === 3 && !builtin) {
    return {
      summary: `"${word}" looks like a module of an Ansible collection; collections cannot be used`,
      hint: "`runbook doc --list` shows the steps that exist; `command` runs anything else.",
    };
  }
  return undefined;
}
