# shellcheck shell=bash
# What this machine must offer: root, Debian's tools, Go for what Debian does not package.

require_root() {
  [ "$(uname -s)-$(uname -m)" = Linux-x86_64 ] || die "the lab runs on x86-64 Linux only, this is $(uname -s) $(uname -m)"
  [ "$(id -u)" = 0 ] || die "the lab mounts disks, makes network namespaces and boots containers: run it as root"
}

# command → the Debian package that has it
readonly -A TOOLS=(
  [systemd-nspawn]=systemd-container [debootstrap]=debootstrap [dpkg-scanpackages]=dpkg-dev [nft]=nftables [ip]=iproute2
  [ssh]=openssh-client [ssh-keygen]=openssh-client [mkfs.ext4]=e2fsprogs [nsenter]=util-linux [pgrep]=procps [xz]=xz-utils
)

require_tools() {
  local tool missing=()
  for tool in "${!TOOLS[@]}"; do
    command -v "$tool" >/dev/null || missing+=("${TOOLS[$tool]}")
  done
  command -v node >/dev/null || die "node is missing: the lab needs the Node.js that the project needs"
  [ ${#missing[@]} -gt 0 ] || return 0
  command -v apt-get >/dev/null || die "missing: ${missing[*]} (Debian package names; there is no apt-get here to install them)"
  say "installing ${missing[*]}"
  apt-get -qq update >&2
  DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "${missing[@]}" >&2 </dev/null ||
    die "cannot install ${missing[*]}: install them by hand"
}
