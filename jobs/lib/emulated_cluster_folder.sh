# The folder of a cluster of jobs/emulated_cluster.sh, which says whose cluster it is and whether it
# lives. Sourced by it; needs cluster_end_processes() and cluster_remove_network().

cluster_folder_pattern=/tmp/plumb-cluster

# cluster_claim: makes the folder, and sets cluster_folder, cluster_lock and the cluster's name,
# cluster. Whoever can lock FOLDER/name, while there is a name in it, knows that this script has
# died. Short, and not below TMPDIR: Open MPI's sockets live there, and their names may have 107
# letters. The name is random letters, not this process's number: containers may share /run/netns
# and not their numbers, and what bears the name of a cluster is removed with it.
cluster_claim() {
  cluster_folder=$(mktemp -d "$cluster_folder_pattern.XXXXXX")
  cluster=plumb-${cluster_folder##*.}
  exec {cluster_lock}>"$cluster_folder/name"
  flock "$cluster_lock"
  echo "$cluster" >"$cluster_folder/name"
}

# cluster_remove CLUSTER FOLDER
cluster_remove() {
  cluster_end_processes "$1"
  cluster_remove_network "$1"
  rm -rf -- "$2"
}

# Removes own clusters whose script was killed without a chance to do so.
cluster_sweep() {
  local folder lock name
  for folder in "$cluster_folder_pattern".*; do
    [[ -O $folder && ! -L $folder && -s $folder/name ]] || continue
    { exec {lock}<"$folder/name"; } 2>/dev/null || continue # gone meanwhile
    if flock --nonblock "$lock" && name=$(<"$folder/name") && [[ -n $name ]]; then
      cluster_remove "$name" "$folder"
    fi
    exec {lock}<&-
  done
}
