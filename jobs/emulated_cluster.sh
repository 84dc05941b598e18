#!/usr/bin/env bash
# An emulated cluster: hosts in network namespaces of this machine, each with a link of its own to
# one switch. Runs COMMAND at the switch; every mpirun inside starts its ranks on the hosts.
#   jobs/emulated_cluster.sh [--hosts N] [--slots S] [--rate RATE] [--delay TIME] [--]
#                            COMMAND [ARGUMENT]...
#     --hosts N      host1 to hostN, 1 to 64 (default 2)
#     --slots S      ranks that mpirun places on a host before it takes the next one (default 1)
#     --rate RATE    of each link, in each direction, such as 1gbit or 100mbit; "none": no limit
#                    (default 1gbit)
#     --delay TIME   added to what a host sends, such as 50us; needs the kernel's netem
#   jobs/emulated_cluster.sh link-down HOST    for COMMAND: takes the link of host number HOST down
#   jobs/emulated_cluster.sh link-up HOST      brings it up again
# Example: jobs/emulated_cluster.sh --hosts 4 -- mpirun -n 4 plumbline run study.toml --threads 1
# Exit code: COMMAND's; 1 for wrong usage; 77 where namespaces are not permitted.
# COMMAND finds the cluster's name in PLUMBLINE_CLUSTER. When it ends everything is removed, and
# every process that it left behind in the cluster is killed. More: docs/emulated-cluster.md
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
PATH=$PATH:/usr/sbin:/sbin # where ip and tc are, and a user may not look
source "$root/jobs/lib/emulated_cluster_network.sh"
source "$root/jobs/lib/emulated_cluster_processes.sh"
source "$root/jobs/lib/emulated_cluster_mpi.sh"
source "$root/jobs/lib/emulated_cluster_folder.sh"

hosts=2
slots=1
rate=1gbit
delay=
arguments=("$@")

usage_error() {
  echo "error: $1; see jobs/emulated_cluster.sh --help" >&2
  exit 1
}

# Not this program's fault: ctest counts 77 as "not run".
refuse() {
  echo "jobs/emulated_cluster.sh: not possible here: $1" >&2
  exit 77
}

is_count() { [[ $1 =~ ^[1-9][0-9]{0,3}$ ]]; }

parse_arguments() {
  while [[ $# -gt 0 ]]; do
    case $1 in
      -h | --help) sed -n '2,18s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" && exit 0 ;;
      --hosts | --slots | --rate | --delay)
        [[ $# -ge 2 ]] || usage_error "$1 needs a value"
        printf -v "${1#--}" %s "$2"
        shift 2
        ;;
      --) shift && break ;;
      -*) usage_error "unknown option '$1'" ;;
      *) break ;;
    esac
  done
  is_count "$hosts" && [[ $hosts -le 64 ]] || usage_error "--hosts '$hosts'; allowed: 1 to 64"
  is_count "$slots" || usage_error "--slots '$slots'; allowed: 1 to 9999"
  [[ $rate == none || $rate =~ ^[1-9][0-9]*[kmg]bit$ ]] ||
    usage_error "--rate '$rate'; allowed: none, or a number with kbit, mbit or gbit"
  [[ -z $delay || $delay =~ ^[1-9][0-9]*[um]s$ ]] ||
    usage_error "--delay '$delay'; allowed: a number with us or ms"
  [[ $# -gt 0 ]] || usage_error "no COMMAND"
  command=("$@")
}

# A user without rights is root in a user namespace of his own, where the system lets him.
become_root() {
  [[ $(id -u) -ne 0 ]] || return 0
  unshare --user --map-root-user --net --mount true 2>/dev/null ||
    refuse "only root may make network namespaces (and user namespaces are not permitted)"
  exec unshare --user --map-root-user --net --mount bash -euc \
    'mkdir -p /run/netns 2>/dev/null || mount -t tmpfs none /run; mkdir -p /run/netns
     mount -t tmpfs none /run/netns; exec "$@"' bash "${BASH_SOURCE[0]}" "${arguments[@]}"
}

check_possible() {
  local tool
  for tool in ip tc hostname; do
    command -v "$tool" >/dev/null ||
      refuse "the program '$tool' is missing; install iproute2 and hostname"
  done
  command -v mpirun >/dev/null || refuse "the program 'mpirun' is missing; install openmpi-bin"
  become_root
  local complaint
  complaint=$(unshare --net --uts --ipc --mount true 2>&1) ||
    refuse "making namespaces is not permitted ($complaint)"
}

# Also after a signal or an error halfway.
clean_up() {
  trap '' INT TERM HUP
  cluster_remove "$cluster" "$cluster_folder"
}

# set_link WHICH HOST, with 2 or host2 for HOST.
set_link() {
  [[ $# -eq 2 ]] || usage_error "$1 needs the number of one host"
  [[ -n ${PLUMBLINE_CLUSTER-} ]] || usage_error "'$1' only works for a command inside a cluster"
  local number=${2#host} last=${PLUMBLINE_CLUSTER_HOSTS-0} complaint
  is_count "$number" && [[ $number -le $last ]] || usage_error "$1 '$2'; allowed: 1 to $last"
  complaint=$(cluster_set_link "$PLUMBLINE_CLUSTER" "$number" "${1#link-}" 2>&1) ||
    usage_error "$1 $number: $complaint"
}

case ${1-} in
  link-down | link-up)
    set_link "$@"
    exit
    ;;
esac

parse_arguments "$@"
check_possible
cluster_sweep
cluster_claim
trap clean_up EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
cluster_make_network "$cluster" "$hosts" "$rate" "$delay"
cluster_set_mpi "$cluster" "$cluster_folder" "$hosts" "$slots"
cluster_run "${command[@]}"
