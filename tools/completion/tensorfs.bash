# SPDX-License-Identifier: MIT
# Completion of tensorfs for bash.

_tensorfs_mountpoints() {
  findmnt --list --noheadings --output TARGET --types fuse.tensorfs 2>/dev/null
}

# Completes the value of option $1 from the current word; fails where it is no known one.
_tensorfs_value() {
  local words
  case $1 in
    --pipeline | --log-file | --profile | --csv | --html | --save) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$2"); return ;;
    --store | --work-dir) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$2"); return ;;
    --interpolation) words="nearest box bilinear hamming bicubic lanczos" ;;
    --dtype) words="uint8 float16 bfloat16 float32" ;;
    --layout) words="hwc chw" ;;
    --normalize) words="imagenet" ;;
    --present) words="npy raw safetensors ppm bmp" ;;
    --names) words="replace keep" ;;
    --io) words="buffered direct" ;;
    --page-cache) words="auto on off" ;;
    --log-level) words="debug info warning error" ;;
    --resize) words="256 224" ;;
    --center-crop) words="224" ;;
    --memory-limit) words="512MiB 1GiB 2GiB" ;;
    --policy) words="adaptive keep fixed:final:raw fixed:source:jpeg-crop fixed:source:original" ;;
    --migrate-share) words="5 20 50 100" ;;
    --store-limit | --cache-limit) words="1GiB 10GiB 100GiB" ;;
    --metrics) words="127.0.0.1:9100" ;;
    --extensions) words="jpg,jpeg,png" ;;
    --weights) words="throughput=1 storage=1 time=1" ;;
    --samples) words="50 200 1000" ;;
    -o) words="allow_other default_permissions" ;;
    --threads | --decode-threads | --attr-timeout | --runs | --disk-mb-s | --cores) words="" ;;
    *) return 1 ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$2")
}

_tensorfs() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} words
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    words="mount umount policy cache profile --help --version"
  elif [[ ${COMP_WORDS[1]} == policy ]] && ((COMP_CWORD == 2)); then
    words="status explain plan set pin unpin pause resume materialize history watch --help"
  elif [[ ${COMP_WORDS[1]} == cache ]] && ((COMP_CWORD == 2)); then
    words="stats list get verify warm evict --help"
  elif [[ ${COMP_WORDS[1]} == @(mount|profile) ]] && _tensorfs_value "$previous" "$current"; then
    return
  elif [[ $current == -* ]]; then
    case ${COMP_WORDS[1]} in
      mount) words="--pipeline --resize --interpolation --center-crop --grayscale --dtype
        --normalize --layout --present --names --extensions --follow-outside-links --memory-limit
        --decode-threads --threads --io --page-cache --attr-timeout --immutable --policy
        --profile --migrate-share --store-limit --cache --cache-limit --foreground --store --metrics
        --log-file --log-level -o --help" ;;
      umount) words="--lazy --help" ;;
      profile) words="--pipeline --resize --interpolation --center-crop --grayscale --dtype
        --normalize --layout --samples --threads --runs --extensions --work-dir --weights
        --disk-mb-s --cores --store-limit --json --csv --html --save --help" ;;
      policy)
        case ${COMP_WORDS[2]} in
          plan) words="--cores --disk-mb-s --store-limit --json --help" ;;
          set) words="--store-limit --cache-limit --migrate-share --window --dead-band
            --expected-rereads --json --help" ;;
          materialize) words="--form --json --help" ;;
          watch) words="--interval --count --json --help" ;;
          *) words="--json --help" ;;
        esac ;;
      cache)
        case ${COMP_WORDS[2]} in
          list) words="--limit --json --help" ;;
          get) words="-o --output --help" ;;
          verify) words="--deep --json --help" ;;
          evict) words="--all --store --json --help" ;;
          *) words="--json --help" ;;
        esac ;;
      *) return ;;
    esac
  elif [[ ${COMP_WORDS[1]} == mount ]]; then
    compopt -o filenames
    mapfile -t COMPREPLY < <(compgen -d -- "$current")
    return
  elif [[ ${COMP_WORDS[1]} == profile ]]; then
    compopt -o filenames
    mapfile -t COMPREPLY < <(compgen -f -- "$current")
    return
  elif [[ ${COMP_WORDS[1]} == policy && ${COMP_WORDS[2]} == explain ]] ||
      { [[ ${COMP_WORDS[1]} == @(cache|policy) ]] && ((COMP_CWORD != 3)); }; then
    compopt -o filenames
    mapfile -t COMPREPLY < <(compgen -f -- "$current")
    return
  else
    local IFS=$'\n'
    words=$(_tensorfs_mountpoints)
    compopt -o filenames
  fi
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}

complete -F _tensorfs tensorfs
