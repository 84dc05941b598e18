# The network of jobs/emulated_cluster.sh. Sourced by it; needs refuse().
#
# Namespace CLUSTER-head holds the switch (a bridge, which is also the address of what runs there),
# and CLUSTER-1, CLUSTER-2, ... the hosts. A link is a veth pair: "eth0" in the host, "port<k>" in
# the switch. Nothing of it is in the machine's own network, so that clusters cannot collide.

cluster_head_address=10.77.0.254
cluster_network=10.77.0.0/24

cluster_host_address() { echo "10.77.0.$1"; }

# cluster_make_namespace NAME RETRIES: after how many a send that nobody confirms fails. See
# emulated_cluster_mpi.sh.
cluster_make_namespace() {
  local complaint
  complaint=$(ip netns add "$1" 2>&1) || refuse "ip netns add: $complaint"
  ip -n "$1" link set lo up
  ip netns exec "$1" sh -c 'echo "$0" >/proc/sys/net/ipv4/tcp_retries2' "$2"
}

# tc's "1gbit" in bits per second.
cluster_bits_per_second() {
  local unit=${1##*[0-9]}
  local -A factor=([kbit]=1000 [mbit]=1000000 [gbit]=1000000000)
  echo $((${1%%[a-z]*} * ${factor[$unit]}))
}

# cluster_limit NAMESPACE DEVICE RATE: holds what leaves by DEVICE to RATE. The bucket holds what
# the kernel hands over at once (64 KiB and its headers) or 1 ms, the queue 20 ms: less, and one TCP
# stream does not fill the link.
cluster_limit() {
  local bits burst
  bits=$(cluster_bits_per_second "$3")
  burst=$((bits / 8 / 1000))
  ((burst >= 70000)) || burst=70000
  local complaint
  complaint=$(tc -n "$1" qdisc add dev "$2" root handle 1: tbf rate "$3" burst "$burst" \
    latency 20ms 2>&1) || refuse "this kernel's tc has no tbf to set a rate ($complaint)"
}

# cluster_delay NAMESPACE DEVICE TIME PARENT...: behind the rate, if there is one.
cluster_delay() {
  local namespace=$1 device=$2 time=$3 complaint
  shift 3
  complaint=$(tc -n "$namespace" qdisc add dev "$device" "$@" netem delay "$time" limit 100000 \
    2>&1) || refuse "--delay needs the kernel's netem ($complaint)"
}

# cluster_make_host CLUSTER NUMBER RATE DELAY: rate "none" and an empty delay set nothing.
cluster_make_host() {
  local head=$1-head host=$1-$2 port=port$2 rate=$3 delay=$4 complaint
  cluster_make_namespace "$host" "$cluster_host_retries"
  complaint=$(ip -n "$head" link add "$port" type veth peer name eth0 netns "$host" 2>&1) ||
    refuse "this kernel has no veth ($complaint)"
  ip -n "$head" link set "$port" master switch up
  ip -n "$host" address add "$(cluster_host_address "$2")/24" dev eth0
  ip -n "$host" link set eth0 up
  # Who looks for a lost host by ARP shall not wait 3 s for the answer.
  ip -n "$host" ntable change name arp_cache dev eth0 retrans 200
  local parent=(root)
  if [[ $rate != none ]]; then
    cluster_limit "$host" eth0 "$rate"
    cluster_limit "$head" "$port" "$rate"
    parent=(parent 1:1)
  fi
  [[ -z $delay ]] || cluster_delay "$host" eth0 "$delay" "${parent[@]}"
}

# cluster_make_network CLUSTER HOSTS RATE DELAY
cluster_make_network() {
  local cluster=$1 count=$2 rate=$3 delay=$4 number complaint
  cluster_make_namespace "$cluster-head" "$cluster_head_retries"
  complaint=$(ip -n "$cluster-head" link add switch type bridge 2>&1) ||
    refuse "this kernel has no bridge ($complaint)"
  ip -n "$cluster-head" address add "$cluster_head_address/24" dev switch
  ip -n "$cluster-head" link set switch up
  ip -n "$cluster-head" ntable change name arp_cache dev switch retrans 200
  for ((number = 1; number <= count; ++number)); do
    cluster_make_host "$cluster" "$number" "$rate" "$delay"
  done
}

# cluster_namespaces PREFIX: those that exist and whose names begin so, one a line.
cluster_namespaces() {
  local path
  for path in /run/netns/"$1"*; do
    [[ ! -e $path ]] || printf '%s\n' "${path##*/}"
  done
}

# cluster_remove_network CLUSTER: the links go with their namespaces.
cluster_remove_network() {
  local name
  for name in $(cluster_namespaces "$1-"); do
    ip netns delete "$name" || true
  done
}

# cluster_set_link CLUSTER NUMBER up|down: at the switch, as if the cable were pulled out there.
cluster_set_link() { ip -n "$1-head" link set "port$2" "$3"; }
