"""Answers questions about inventories with the ansible-core that is installed, one process for all of them.

Each line of standard input is {"program": "ansible-inventory" | "ansible" | "patterns", "args": [...], "cwd": folder}; each
gets one line {"status", "out", "err"}. ansible is imported once; every question runs in a child of this process. For
"patterns" the arguments are the sources and, last, the JSON of a list of [pattern, limit or null]; the output is JSON: the
list of hosts that `ansible --list-hosts` would print for each, null where it would refuse, and whether their order is certain.
"""
import json
import os
import sys
import tempfile

WORK = tempfile.mkdtemp(prefix="answers")
with open(os.path.join(WORK, "ansible.cfg"), "w") as config:
    config.write("[defaults]\n")
for name in [name for name in os.environ if name.startswith("ANSIBLE_")]:
    del os.environ[name]
os.environ.update(
    ANSIBLE_CONFIG=os.path.join(WORK, "ansible.cfg"),
    ANSIBLE_DEPRECATION_WARNINGS="0",
    ANSIBLE_NOCOLOR="1",
    HOME=WORK,
    LC_ALL="C.UTF-8",
    LANG="C.UTF-8",
)

from ansible.cli.adhoc import AdHocCLI  # noqa: E402
from ansible.cli.inventory import InventoryCLI  # noqa: E402
from ansible.inventory.manager import InventoryManager  # noqa: E402
from ansible.parsing.dataloader import DataLoader  # noqa: E402
from ansible.plugins.loader import init_plugin_loader, inventory_loader  # noqa: E402
from ansible.release import __version__  # noqa: E402
from ansible.utils.display import Display  # noqa: E402

PROGRAMS = {"ansible-inventory": InventoryCLI, "ansible": AdHocCLI}


def patterns(sources, asked):
    inventory = InventoryManager(DataLoader(), sources=sources)
    answers = []
    for pattern, limit in json.loads(asked):
        inventory.remove_restriction()
        inventory.subset(None)
        inventory.clear_caches()
        try:
            hosts = AdHocCLI.get_host_list(inventory, limit, pattern)
            answers.append([str(host) for host in hosts])
        except Exception:
            answers.append(None)
    # Grandchildren of a group come in the order of a Python set.
    certain = all(group.depth < 2 for group in inventory.groups.values())
    print(json.dumps({"answers": answers, "certain": certain}))


def run(question):
    """Runs in the child: never returns."""
    status = 250
    try:
        os.chdir(question["cwd"])
        Display().columns = 1000000
        try:
            if question["program"] == "patterns":
                patterns(question["args"][:-1], question["args"][-1])
                sys.exit(0)
            PROGRAMS[question["program"]].cli_executor([question["program"], *question["args"]])
            status = 0
        except SystemExit as end:
            status = end.code if isinstance(end.code, int) else 1
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(status)


def answer(question):
    out, err = tempfile.TemporaryFile(), tempfile.TemporaryFile()
    child = os.fork()
    if child == 0:
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(out.fileno(), 1)
        os.dup2(err.fileno(), 2)
        run(question)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    texts = []
    for file in (out, err):
        file.seek(0)
        texts.append(file.read().decode("utf8", "replace"))
        file.close()
    return {"status": status, "out": texts[0], "err": texts[1]}


# What every question would load again is loaded here.
init_plugin_loader()
for plugin in ("host_list", "script", "auto", "yaml", "ini", "toml", "constructed"):
    inventory_loader.get(plugin)
print(json.dumps({"version": __version__}), flush=True)
for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
