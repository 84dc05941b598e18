# The processes of jobs/box.sh. Sourced by it; needs $root, box_lock and box_namespaces().

# box_run COMMAND...: runs it at the switch; returns its exit code. In the background, because bash
# looks at signals only after a command in the foreground has ended.
box_run() {
  # bash lets commands in the background ignore Ctrl-C; this one shall end by it.
  env --default-signal=INT,QUIT "$root/jobs/lib/box_enter.sh" head "$@" <&0 {box_lock}>&- &
  wait $!
}

# box_pids PREFIX: the processes in the namespaces whose names begin so, one a line.
box_pids() {
  local name
  for name in $(box_namespaces "$1"); do
    ip netns pids "$name" 2>/dev/null || true
  done
}

# box_ended PREFIX SECONDS: waits till no process is left; false if there still is one.
box_ended() {
  local end=$((SECONDS + $2))
  while [[ -n $(box_pids "$1") ]]; do
    ((SECONDS < end)) || return 1
    sleep 0.05
  done
}

# box_signal PREFIX SIGNAL
box_signal() {
  local pids
  mapfile -t pids < <(box_pids "$1")
  [[ ${#pids[@]} -eq 0 ]] || kill -s "$2" "${pids[@]}" 2>/dev/null || true
}

# box_end_processes BOX: asks the command and its mpirun, who can end their ranks in order; then
# all; then insists, which a stopped process hears as well. Runs in a trap, where a bare `return`
# would return what was interrupted.
box_end_processes() {
  if [[ -n $(box_pids "$1-head") ]]; then
    box_signal "$1-head" TERM
    box_ended "$1-head" 5 || true
  fi
  box_signal "$1-" TERM
  box_ended "$1-" 2 && return 0
  box_signal "$1-" KILL
  box_ended "$1-" 5 || echo "jobs/box.sh: processes of $1 do not end: $(box_pids "$1-")" >&2
}
