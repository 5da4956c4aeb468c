# shellcheck shell=bash
# The S3 server: versitygw over a plain directory, where a bucket is a folder and an object is a file.

s3_start() {
  ! pid_alive "$LAB/run/s3.pid" "$LAB/s3" || return 0
  mkdir -p "$LAB/s3/$BUCKET"
  setsid "$LAB_CACHE/bin/versitygw" --quiet --port "$LAB_NET.1:$S3_PORT" --access "$S3_KEY" --secret "$S3_SECRET" \
    posix "$LAB/s3" >>"$LAB/log/s3.log" 2>&1 </dev/null &
  echo $! >"$LAB/run/s3.pid"
  until_ok 20 bash -c "exec 3<>/dev/tcp/$LAB_NET.1/$S3_PORT" || die "the S3 server does not answer, see $LAB/log/s3.log"
}

s3_stop() {
  local pid
  if pid_alive "$LAB/run/s3.pid" "$LAB/s3"; then
    read -r pid <"$LAB/run/s3.pid"
    kill "$pid"
    until_ok 5 bash -c "! kill -0 $pid" || kill -KILL "$pid"
  fi
  rm -f "$LAB/run/s3.pid"
}
