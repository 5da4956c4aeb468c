/**
 * Programs of a host that are a few lines of shell: what they simulate is who somebody is, and what only root may do. They
 * stand in front of the real ones, and hand on to them.
 */
export const USERS: readonly {
  readonly name: string;
  readonly id: number;
  readonly home: string;
}[] = [
  { name: "root", id: 0, home: "/root" },
  { name: "pdns", id: 953, home: "/var/lib/powerdns" },
  { name: "ops", id: 1000, home: "/home/ops" },
];

const caseOf = (shown: (user: (typeof USERS)[number]) => string): string =>
  USERS.map((user) => `${user.name}) ${shown(user)} ;;`).join(" ");

export interface ShellProgramPlaces {
  readonly hostName: string;
  /** As a shell of the host sees it. */
  readonly path: (path: string) => string;
}

export function shellPrograms({ hostName, path }: ShellProgramPlaces): ReadonlyMap<string, string> {
  const real = (name: string): string => `PATH=/usr/bin:/bin:/usr/sbin:/sbin exec ${name}`;
  return new Map(
    Object.entries({
      sudo: `user=root prompt=
while [ $# -gt 0 ]; do
  case $1 in
    -p) prompt=$2; shift 2 ;;
    -u) user=$2; shift 2 ;;
    --) shift; break ;;
    -*) shift ;;
    *) break ;;
  esac
done
case $user in ${caseOf(({ home }) => `home=${path(home)}`)} *) echo "sudo: unknown user $user" >&2; exit 1 ;; esac
if [ -f ${path("/etc/sudo-password")} ]; then
  printf %s "$prompt" >&2
  IFS= read -r given
  if [ "$given" != "$(cat ${path("/etc/sudo-password")})" ]; then
    echo "Sorry, try again." >&2
    echo "sudo: 1 incorrect password attempt" >&2
    exit 1
  fi
fi
RUNBOOK_SIMULATED_USER=$user HOME=$home USER=$user LOGNAME=$user
export RUNBOOK_SIMULATED_USER HOME USER LOGNAME
exec "$@"`,
      runuser: `user=root
while [ $# -gt 0 ]; do
  case $1 in
    -u) user=$2; shift 2 ;;
    --) shift; break ;;
    -*) shift ;;
    *) break ;;
  esac
done
RUNBOOK_SIMULATED_USER=$user; export RUNBOOK_SIMULATED_USER
exec "$@"`,
      id: `who=\${RUNBOOK_SIMULATED_USER:-ops} what=all name=
while [ $# -gt 0 ]; do
  case $1 in
    --) ;;
    -*n*) name=yes; case $1 in *g*) what=g ;; *u*) what=u ;; esac ;;
    -u) what=u ;;
    -g | -G) what=g ;;
    *) who=$1 ;;
  esac
  shift
done
case $who in ${caseOf(({ id }) => `number=${id}`)} *) echo "id: '$who': no such user" >&2; exit 1 ;; esac
if [ "$what" = all ]; then echo "uid=$number($who) gid=$number($who) groups=$number($who)"
elif [ -n "$name" ]; then echo "$who"
else echo "$number"; fi`,
      chown: owning,
      chgrp: owning,
      // Owners are left out: on a simulated host everything has one.
      install: `first=yes
for word; do
  [ -z "$first" ] || { set --; first=; }
  if [ -n "$skip" ]; then skip=; continue; fi
  case $word in -o | -g) skip=yes ;; *) set -- "$@" "$word" ;; esac
done
${real('install "$@"')}`,
      sync: "exit 0",
      uname: `[ "$*" != -n ] || { echo ${hostName}; exit 0; }
${real('uname "$@"')}`,
      hostname: `echo ${hostName}`,
      // A unit of its own is a session of its own here.
      "systemd-run": `while [ $# -gt 0 ]; do
  case $1 in
    -p) shift 2 ;;
    -*) shift ;;
    *) break ;;
  esac
done
setsid "$@" &
wait $!`,
    }).map(([name, text]) => [name, `#!/bin/sh\n# A simulated program.\n${text}\n`]),
  );
}

const owning = `for word; do last=$word; done
[ -e "$last" ] || [ -h "$last" ] || { echo "\${0##*/}: cannot access '$last': No such file or directory" >&2; exit 1; }`;
