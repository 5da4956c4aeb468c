# shellcheck shell=bash
# The S3 server: versitygw over a plain directory, where a bucket is a folder and an object is a file.

s3_start() {
  ! pid_alive "$LAB/run/s3.pid" "$LAB/s3" || return 0
  mkdir -p "$LAB/s3/$BUCKET"
  setsid "$LAB_CACHE/bin/versitygw" --quiet --port "$LAB_NET.1:$S3_PORT" --access "$S3_KEY" --secret "$S3_SECRET" \
    posix "$LAB/s3" >>"$LAB/log/s3.log" 2>&1 </dev/null &
  echo $! >"$LAB/run/s3.pid"
  disown # its end is nothing for the shell to report
  # it must be ours that answers, not one that an interrupted lab left behind
  until_ok 20 bash -c "exec 3<>/dev/tcp/$LAB_NET.1/$S3_PORT" || true
  pid_alive "$LAB/run/s3.pid" "$LAB/s3" ||
    die "the S3 server does not start on $LAB_NET.1:$S3_PORT, see $LAB/log/s3.log"
}

s3_stop() {
  local pid
  if pid_alive "$LAB/run/s3.pid" "$LAB/s3"; then
    read -r pid <"$LAB/run/s3.pid"
    kill -KILL "$pid" # asked politely it lets old connections linger; an object is whole or not there either way
    until_ok 5 pid_gone "$pid" || die "the S3 server does not stop"
  fi
  rm -f "$LAB/run/s3.pid"
}
