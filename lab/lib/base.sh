# shellcheck shell=bash
# Built once for all labs: the system every host starts from, and the package repository with both trains of PowerDNS.

# No python3 and no curl on purpose: runbook promises to need neither on a host.
readonly BASE_PACKAGES=(
  systemd systemd-sysv dbus libpam-systemd openssh-server iproute2 procps sudo lmdb-utils "${PDNS_PACKAGES[@]}"
)

provide_base() {
  [ ! -e "$LAB_CACHE/base.done" ] || return 0
  local mirror base=$LAB_CACHE/base.new
  mirror=${LAB_MIRROR:-$(apt-get indextargets --format '$(REPO_URI)' 'Origin: Debian' | grep -v security | sort -u | head -1)}
  mirror=${mirror:-http://deb.debian.org/debian/}
  say "building the base system from $mirror, about a minute"
  rm -rf "$base" "$LAB_CACHE/base" "$LAB_CACHE/repo"
  debootstrap --variant=minbase --include="$(IFS=, && echo "${BASE_PACKAGES[*]}")" trixie "$base" "$mirror" \
    >"$LAB_CACHE/log/debootstrap.log" 2>&1 || die "debootstrap failed, see $LAB_CACHE/log/debootstrap.log"
  build_repository "$base" "$mirror" >"$LAB_CACHE/log/repository.log" 2>&1 ||
    die "cannot fetch the PowerDNS packages: $(tail -1 "$LAB_CACHE/log/repository.log") (all of it in $LAB_CACHE/log/repository.log)"
  prepare_base "$base"
  mv "$base" "$LAB_CACHE/base"
  touch "$LAB_CACHE/base.done"
}

# version_in PACKAGES-FILE: the newest pdns-server in it
version_in() { awk '/^Package: /{p=$2} /^Version: /&&p=="pdns-server"{print $2}' "$1" | sort -V | tail -1; }

build_repository() { # BASE MIRROR
  local base=$1 mirror=$2 repo=$LAB_CACHE/repo apt libraries old new suite deb name
  apt="apt-get -q -y -o Dir::Etc::sourcelist=/tmp/f/list -o Dir::Etc::sourceparts=- -o Dir::State::lists=/tmp/f/lists
    -o Acquire::Check-Valid-Until=false -o APT::Default-Release=trixie -o Acquire::Languages=none -o APT::Sandbox::User=root"
  apt=${apt//$'\n'/ }
  mkdir -p "$base"/tmp/f/{lists/partial,old,new/partial} "$repo"
  cp /etc/resolv.conf "$base/etc/resolv.conf"
  printf 'deb %s trixie main\ndeb %s forky main\n' "$mirror" "$mirror" >"$base/tmp/f/list"
  chroot "$base" sh -ec "$apt update"
  # the new train: exactly what apt would pull on such a host; the old one: the packages, and the libraries they came with
  chroot "$base" sh -ec "$apt -o Dir::Cache::archives=/tmp/f/new --download-only install $(printf '%s/forky ' "${PDNS_PACKAGES[@]}")"
  libraries=$(chroot "$base" dpkg-query -W -f '${Package} ' 'libboost-program-options1*' 'libboost-serialization1*' 'libsodium2*')
  chroot "$base" sh -ec "cd /tmp/f/old && $apt download ${PDNS_PACKAGES[*]} $libraries"
  for suite in old new; do
    mkdir -p "$repo/$suite"
    for deb in "$base/tmp/f/$suite"/*.deb; do
      name=${deb##*/} # apt looks for the decoded name in a file: repository
      name=${name//%2b/+}
      cp "$deb" "$repo/$suite/${name//%3a/_}"
    done
    (cd "$repo" && dpkg-scanpackages -m "$suite") >"$repo/$suite/Packages"
  done
  rm -rf "$base/tmp/f" "$base/etc/resolv.conf"
  old=$(version_in "$repo/old/Packages") new=$(version_in "$repo/new/Packages")
  name_suites "$repo" "$old" "$new"
  chmod -R a+rX "$repo"
}

# Schema 5 is PowerDNS 4.8 and 4.9, schema 6 is 5.x; anything else the lab was never proven with.
name_suites() { # REPO OLD NEW
  local repo=$1 old=$2 new=$3 suite train
  [[ $old == 4.[89].* ]] || die "trixie now has PowerDNS '$old', not 4.9: there is no schema 5 to start from any more"
  [[ $new == 5.* ]] || die "forky now has PowerDNS '$new', not 5.x: its schema may not be 6, so this would be no such migration"
  for suite in old new; do
    train=$([ "$suite" = old ] && echo "$old" || echo "$new")
    train=auth-$(echo "$train" | cut -d. -f1)$(echo "$train" | cut -d. -f2)
    mv "$repo/$suite" "$repo/$train"
    sed -i "s#^Filename: $suite/#Filename: $train/#" "$repo/$train/Packages"
    printf '%s=%s\n' "SUITE_${suite^^}" "$train" >>"$LAB_CACHE/versions.new"
  done
  printf 'VERSION_OLD=%s\nVERSION_NEW=%s\n' "$old" "$new" >>"$LAB_CACHE/versions.new"
  mv "$LAB_CACHE/versions.new" "$LAB_CACHE/versions"
}

load_versions() {
  # shellcheck source=/dev/null
  . "$LAB_CACHE/versions"
  readonly SUITE_OLD SUITE_NEW VERSION_OLD VERSION_NEW
}

prepare_base() { # users, daemons and what a container does not need
  local base=$1 user unit
  : >"$base/etc/apt/sources.list"
  : >"$base/etc/machine-id"
  rm -rf "$base"/etc/ssh/ssh_host_* "$base"/var/cache/apt/archives/*.deb "$base"/var/lib/apt/lists/* "$base"/var/log/journal
  install -m755 "$LAB_CACHE/bin/lightningstream" "$base/usr/bin/lightningstream"
  install -m644 "$LAB_LIB/lightningstream.service" "$base/etc/systemd/system/lightningstream.service"
  for user in ops opspw; do chroot "$base" useradd -m -s /bin/bash "$user"; done
  echo "opspw:$SUDO_PASSWORD" | chroot "$base" chpasswd
  install -m440 /dev/stdin "$base/etc/sudoers.d/lab" <<'C'
ops ALL=(ALL) NOPASSWD: ALL
opspw ALL=(ALL) ALL
C
  install -m644 /dev/stdin "$base/etc/ssh/sshd_config.d/lab.conf" <<'C'
PermitRootLogin no
PasswordAuthentication no
UseDNS no
C
  mkdir -p "$base/etc/systemd/journald.conf.d"
  printf '[Journal]\nStorage=volatile\n' >"$base/etc/systemd/journald.conf.d/lab.conf"
  # user@: stopping a user's own systemd may take 10 s, which stalls the next login and every shutdown
  for unit in user@.service console-getty.service apt-daily.timer apt-daily-upgrade.timer; do
    ln -sf /dev/null "$base/etc/systemd/system/$unit"
  done
  # the seed decides when each daemon first starts
  chroot "$base" systemctl disable -q pdns.service 2>/dev/null
}
