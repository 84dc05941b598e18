#!/usr/bin/env bash
# emulated_cluster_enter.sh HOST COMMAND...: runs COMMAND on a host of the cluster, with the host's
# own name, shared memory and temporary folder, so that ranks of two hosts can meet over the network
# only.
set -euo pipefail
host=$1
shift
export TMPDIR=$PLUMBLINE_CLUSTER_FOLDER/$host
exec ip netns exec "$PLUMBLINE_CLUSTER-${host#host}" unshare --uts --ipc --mount \
  /bin/sh -euc 'hostname "$0"
    mount -t tmpfs -o mode=1777 shm /dev/shm
    mount --bind "$PLUMBLINE_CLUSTER_FOLDER/hosts" /etc/hosts
    exec "$@"' "$host" "$@"
