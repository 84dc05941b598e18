# What Open MPI must know to start ranks on the hosts of jobs/emulated_cluster.sh. Sourced by it.
# All of it is environment, so that a plain `mpirun -n 4 PROGRAM` does the right thing.

# A host that is cut off. mpirun and its daemons notice only by TCP, by default after 8 minutes, or
# 15 if something was being sent. All processes shall be gone within 10 s, and whoever watches the
# ranks (Plumbline: 5 s) shall be the first to speak. So:
# - the daemon of that host gives up after 2 to 3 s of silence and ends its ranks, which are alone;
#   its own end takes up to 4.5 s more (1 s for a rank to end in order, twice; PMIx);
# - mpirun gives up after 6 to 7 s, but when it has something to send, the order to end, after .6 or
#   1.4 s; what a host sends fails after 1.4 or 3 s. TCP tries again after .2, .4, .8, ... s, looks
#   at the time only then, and calls 2^(retries+1) - 1 times .2 s the end.
# A daemon looks every second (keepalive_time), then asks so many times (probes), a second apart.
cluster_head_retries=1
cluster_host_retries=2
cluster_head_probes=6
cluster_host_probes=2

# What an outer launcher has set would send mpirun to its nodes.
cluster_forget_launchers() {
  local name
  for name in $(compgen -v | grep -E '^(SLURM|PBS|LSB|PMIX|PMI|OMPI_COMM|OMPI_UNIVERSE)_'); do
    unset "$name"
  done
}

# cluster_write_names FOLDER HOSTS SLOTS: the hosts for mpirun, and their names for everybody.
cluster_write_names() {
  local folder=$1 number
  echo "127.0.0.1 localhost" >"$folder/hosts"
  echo "$cluster_head_address head" >>"$folder/hosts"
  for ((number = 1; number <= $2; ++number)); do
    echo "$(cluster_host_address "$number") host$number" >>"$folder/hosts"
    echo "host$number slots=$3" >>"$folder/hostfile"
    mkdir "$folder/host$number"
  done
  mkdir "$folder/head"
}

# cluster_set_mpi CLUSTER FOLDER HOSTS SLOTS
cluster_set_mpi() {
  cluster_forget_launchers
  cluster_write_names "$2" "$3" "$4"
  # A name without spaces: mpirun takes it apart.
  ln -s "$root/jobs/lib/emulated_cluster_agent.sh" "$2/agent"
  export PLUMBLINE_CLUSTER=$1 PLUMBLINE_CLUSTER_FOLDER=$2 PLUMBLINE_CLUSTER_HOSTS=$3
  export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
  export OMPI_MCA_plm=rsh OMPI_MCA_plm_rsh_agent=$2/agent
  # The agent passes the environment on, and has some of its own: see emulated_cluster_agent.sh.
  export OMPI_MCA_plm_rsh_pass_environ_mca_params=0
  export OMPI_MCA_orte_default_hostfile=$2/hostfile
  export OMPI_MCA_pml=ob1 OMPI_MCA_btl=tcp,self,vader
  export OMPI_MCA_btl_tcp_if_include=$cluster_network OMPI_MCA_oob_tcp_if_include=$cluster_network
  export OMPI_MCA_btl_vader_single_copy_mechanism=none
  export OMPI_MCA_oob_tcp_keepalive_time=1 OMPI_MCA_oob_tcp_keepalive_intvl=1
  export OMPI_MCA_oob_tcp_keepalive_probes=$cluster_head_probes
  export PLUMBLINE_CLUSTER_DAEMON_PROBES=$cluster_host_probes
  # With one connection the requests for the other direction's data wait behind the data, and only
  # half of the link's two directions is used.
  export OMPI_MCA_btl_tcp_links=${OMPI_MCA_btl_tcp_links-2}
  # All hosts have the same cores: each would bind its first rank to core 0.
  export OMPI_MCA_hwloc_base_binding_policy=none OMPI_MCA_mpi_yield_when_idle=1
}
