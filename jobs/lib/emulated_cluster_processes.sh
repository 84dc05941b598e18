# The processes of jobs/emulated_cluster.sh. Sourced by it; needs $root, cluster_lock and
# cluster_namespaces().

# cluster_run COMMAND...: runs it at the switch; returns its exit code. In the background, because
# bash looks at signals only after a command in the foreground has ended.
cluster_run() {
  # bash lets commands in the background ignore Ctrl-C; this one shall end by it.
  env --default-signal=INT,QUIT "$root/jobs/lib/emulated_cluster_enter.sh" head "$@" \
    <&0 {cluster_lock}>&- &
  wait $!
}

# cluster_pids PREFIX: the processes in the namespaces whose names begin so, one a line.
cluster_pids() {
  local name
  for name in $(cluster_namespaces "$1"); do
    ip netns pids "$name" 2>/dev/null || true
  done
}

# cluster_ended PREFIX SECONDS: waits till no process is left; false if there still is one.
cluster_ended() {
  local end=$((SECONDS + $2))
  while [[ -n $(cluster_pids "$1") ]]; do
    ((SECONDS < end)) || return 1
    sleep 0.05
  done
}

# cluster_signal PREFIX SIGNAL
cluster_signal() {
  local pids
  mapfile -t pids < <(cluster_pids "$1")
  [[ ${#pids[@]} -eq 0 ]] || kill -s "$2" "${pids[@]}" 2>/dev/null || true
}

# cluster_end_processes CLUSTER: asks the command and its mpirun, who can end their ranks in order;
# then all; then insists, which a stopped process hears as well. Runs in a trap, where a bare
# `return` would return what was interrupted.
cluster_end_processes() {
  if [[ -n $(cluster_pids "$1-head") ]]; then
    cluster_signal "$1-head" TERM
    cluster_ended "$1-head" 5 || true
  fi
  cluster_signal "$1-" TERM
  cluster_ended "$1-" 2 && return 0
  cluster_signal "$1-" KILL
  cluster_ended "$1-" 5 ||
    echo "jobs/emulated_cluster.sh: processes of $1 do not end: $(cluster_pids "$1-")" >&2
}
