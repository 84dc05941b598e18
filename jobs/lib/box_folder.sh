# The folder of a box of jobs/box.sh, which says whose box it is and whether it lives. Sourced by
# it; needs box_end_processes() and box_remove_network().

box_folder_pattern=/tmp/plumb-box

# box_claim: makes the folder, and sets box_folder, box_lock and the box's name, box. Whoever can
# lock FOLDER/box, while there is a name in it, knows that this script has died. Short, and not below
# TMPDIR: Open MPI's sockets live there, and their names may have 107 letters. The name is random
# letters, not this process's number: containers may share /run/netns and not their numbers, and
# what bears the name of a box is removed with it.
box_claim() {
  box_folder=$(mktemp -d "$box_folder_pattern.XXXXXX")
  box=plumb-${box_folder##*.}
  exec {box_lock}>"$box_folder/box"
  flock "$box_lock"
  echo "$box" >"$box_folder/box"
}

# box_remove BOX FOLDER
box_remove() {
  box_end_processes "$1"
  box_remove_network "$1"
  rm -rf -- "$2"
}

# Removes own boxes whose script was killed without a chance to do so.
box_sweep() {
  local folder lock name
  for folder in "$box_folder_pattern".*; do
    [[ -O $folder && ! -L $folder && -s $folder/box ]] || continue
    { exec {lock}<"$folder/box"; } 2>/dev/null || continue # gone meanwhile
    if flock --nonblock "$lock" && name=$(<"$folder/box") && [[ -n $name ]]; then
      box_remove "$name" "$folder"
    fi
    exec {lock}<&-
  done
}
