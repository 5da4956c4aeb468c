# shellcheck shell=bash
# The two programs that Debian does not package. Both end up in the shared cache.

readonly LS_VERSION=v1.0.0 VERSITYGW_VERSION=v1.8.0
# sha256 of the unpacked lightningstream that may lie beside the project in ../shared/lab/bin
readonly LS_SHA256=05873710a72bfc7d15f3d48dcefb9bd83523bfcf9eade3699fb98ec123828f96

provide_binaries() {
  mkdir -p "$LAB_CACHE/bin"
  [ -x "$LAB_CACHE/bin/lightningstream" ] || provide_lightningstream
  [ -x "$LAB_CACHE/bin/versitygw" ] || provide_versitygw
}

# install_binary FROM NAME: whole or not at all
install_binary() {
  install -m755 "$1" "$LAB_CACHE/bin/.$2.new"
  mv "$LAB_CACHE/bin/.$2.new" "$LAB_CACHE/bin/$2"
}

provide_lightningstream() {
  local packed unpacked
  if [ -n "${RUNBOOK_LAB_LIGHTNINGSTREAM:-}" ]; then
    [ -x "$RUNBOOK_LAB_LIGHTNINGSTREAM" ] ||
      die "RUNBOOK_LAB_LIGHTNINGSTREAM names '$RUNBOOK_LAB_LIGHTNINGSTREAM', which is not a program"
    install_binary "$RUNBOOK_LAB_LIGHTNINGSTREAM" lightningstream
    return
  fi
  for packed in "$REPO_ROOT"/../shared/lab/bin/lightningstream-*-linux-amd64.xz; do
    [ -e "$packed" ] || continue
    unpacked=$LAB_CACHE/bin/.lightningstream.unpacked
    xz -dc "$packed" >"$unpacked"
    echo "$LS_SHA256  $unpacked" | sha256sum --check --status || die "$packed is not the program it should be (sha256 differs)"
    install_binary "$unpacked" lightningstream
    rm "$unpacked"
    return
  done
  if command -v lightningstream >/dev/null; then
    install_binary "$(command -v lightningstream)" lightningstream
    return
  fi
  build_lightningstream
}

# `go install module@version` refuses a module whose go.mod has a replace, so a module of our own requires it and
# repeats that replace. cgo is needed: LMDB is C.
build_lightningstream() {
  local module=$LAB_CACHE/build/lightningstream
  if ! command -v go >/dev/null || ! command -v gcc >/dev/null; then
    die "lightningstream $LS_VERSION is missing, and so is Go or a C compiler to build it.
  Give its path in RUNBOOK_LAB_LIGHTNINGSTREAM, or put it in PATH, or install Go (https://go.dev/dl) and gcc."
  fi
  say "building lightningstream $LS_VERSION"
  mkdir -p "$module"
  cp "$LAB_LIB/lightningstream.mod" "$module/go.mod"
  (cd "$module" && CGO_ENABLED=1 go build -mod=mod -trimpath -ldflags '-s -w' -o ./built \
    github.com/PowerDNS/lightningstream/cmd/lightningstream) >"$LAB_CACHE/log/lightningstream.log" 2>&1 ||
    die "lightningstream does not build: $(tail -1 "$LAB_CACHE/log/lightningstream.log")
  All of it in $LAB_CACHE/log/lightningstream.log. A program from elsewhere can be named in RUNBOOK_LAB_LIGHTNINGSTREAM."
  install_binary "$module/built" lightningstream
  rm -rf "$module"
}

provide_versitygw() {
  local from
  from=${RUNBOOK_LAB_VERSITYGW:-$(command -v versitygw || true)}
  if [ -n "$from" ]; then
    [ -x "$from" ] || die "RUNBOOK_LAB_VERSITYGW names '$from', which is not a program"
    install_binary "$from" versitygw
    return
  fi
  command -v go >/dev/null || die "the S3 server versitygw is missing, and so is Go to build it.
  Give its path in RUNBOOK_LAB_VERSITYGW, or put it in PATH, or install Go (https://go.dev/dl)."
  say "building versitygw $VERSITYGW_VERSION, about 75 s"
  GOBIN=$LAB_CACHE/build go install "github.com/versity/versitygw/cmd/versitygw@$VERSITYGW_VERSION" \
    >"$LAB_CACHE/log/versitygw.log" 2>&1 || die "versitygw does not build, see $LAB_CACHE/log/versitygw.log"
  install_binary "$LAB_CACHE/build/versitygw" versitygw
  rm -rf "$LAB_CACHE/build"
}
