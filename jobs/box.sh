#!/usr/bin/env bash
# A cluster in a box: hosts in network namespaces of this machine, each with a cable of its own to
# one switch. Runs COMMAND at the switch; every mpirun inside starts its ranks on the hosts.
#   jobs/box.sh [--hosts N] [--slots S] [--rate RATE] [--delay TIME] [--] COMMAND [ARGUMENT]...
#     --hosts N      host1 to hostN, 1 to 64 (default 2)
#     --slots S      ranks that mpirun places on a host before it takes the next one (default 1)
#     --rate RATE    of each cable, in each direction, such as 1gbit or 100mbit; "none": no limit
#                    (default 1gbit)
#     --delay TIME   added to what a host sends, such as 50us; needs the kernel's netem
#   jobs/box.sh cut HOST        for COMMAND: pulls the cable of host number HOST
#   jobs/box.sh restore HOST    plugs it in again
# Example: jobs/box.sh --hosts 4 -- mpirun -n 4 plumbline run study.toml --threads 1
# Exit code: COMMAND's; 1 for wrong usage; 77 where namespaces are not permitted.
# COMMAND finds the box's name in PLUMBLINE_BOX. When it ends everything is removed, and every
# process that it left behind in the box is killed. More: docs/cluster-in-a-box.md
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
PATH=$PATH:/usr/sbin:/sbin # where ip and tc are, and a user may not look
source "$root/jobs/lib/box_network.sh"
source "$root/jobs/lib/box_processes.sh"
source "$root/jobs/lib/box_mpi.sh"
source "$root/jobs/lib/box_folder.sh"

hosts=2
slots=1
rate=1gbit
delay=
arguments=("$@")

usage_error() {
  echo "error: $1; see jobs/box.sh --help" >&2
  exit 1
}

# Not this program's fault: ctest counts 77 as "not run".
refuse() {
  echo "jobs/box.sh: not possible here: $1" >&2
  exit 77
}

is_count() { [[ $1 =~ ^[1-9][0-9]{0,3}$ ]]; }

parse_arguments() {
  while [[ $# -gt 0 ]]; do
    case $1 in
      -h | --help) sed -n '2,17s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" && exit 0 ;;
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
  box_remove "$box" "$box_folder"
}

# cut_or_restore WHICH HOST, with 2 or host2 for HOST.
cut_or_restore() {
  [[ $# -eq 2 ]] || usage_error "$1 needs the number of one host"
  [[ -n ${PLUMBLINE_BOX-} ]] || usage_error "'$1' only works for a command inside a box"
  local number=${2#host} last=${PLUMBLINE_BOX_HOSTS-0} complaint
  is_count "$number" && [[ $number -le $last ]] || usage_error "$1 '$2'; allowed: 1 to $last"
  complaint=$("box_$1" "$PLUMBLINE_BOX" "$number" 2>&1) || usage_error "$1 $number: $complaint"
}

case ${1-} in
  cut | restore)
    cut_or_restore "$@"
    exit
    ;;
esac

parse_arguments "$@"
check_possible
box_sweep
box_claim
trap clean_up EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
box_make_network "$box" "$hosts" "$rate" "$delay"
box_set_mpi "$box" "$box_folder" "$hosts" "$slots"
box_run "${command[@]}"
