#!/usr/bin/env bash
# What mpirun takes for ssh inside jobs/emulated_cluster.sh: [OPTION]... HOST COMMAND... Unlike ssh
# it keeps the environment and the working folder.
set -euo pipefail
while [[ ${1-} == -* ]]; do shift; done
host=$1
shift
export OMPI_MCA_oob_tcp_keepalive_probes=$PLUMBLINE_CLUSTER_DAEMON_PROBES # mpirun has more patience
status=0
lib=$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")
"$lib/emulated_cluster_enter.sh" "$host" /bin/sh -c "$*" || status=$?
# An exit code would come through the link, too: of a host that is cut off nothing is heard.
# Brief: else ip looks into all namespaces for the other end's, and complains of one that another
# cluster is just making or removing ("Peer netns reference is invalid").
[[ -n $(ip -n "$PLUMBLINE_CLUSTER-head" -br link show "port${host#host}" up) ]] || status=0
exit "$status"
