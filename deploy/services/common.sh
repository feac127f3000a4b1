# Shared by the scripts of this folder: messages, ports, processes, packages. Sourced, never run.
# shellcheck shell=bash

say() { printf 'services: %s\n' "$*" >&2; }

# fail MESSAGE [WHAT TO DO]
fail() {
    printf 'services: error: %s\n' "$1" >&2
    [ $# -lt 2 ] || printf 'services: remedy: %s\n' "$2" >&2
    exit 2
}

# show_log FILE...: the end of each log, for a start that failed.
show_log() {
    local file
    for file in "$@"; do
        [ -s "$file" ] || continue
        printf -- '--- the end of %s\n' "$file" >&2
        tail -n 30 "$file" >&2
    done
}

have() { command -v "$1" >/dev/null 2>&1; }

# Does something listen there? Only ever asked for loopback, so a refusal comes at once.
port_is_taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# The four ports of this home are chosen once, the first free row of the table below, and kept in a file:
# two clones on one machine, or a service of the user's own, never meet.
load_ports() {
    if [ ! -f "$SERVICES_HOME/ports" ]; then
        choose_ports
    fi
    # shellcheck source=/dev/null
    . "$SERVICES_HOME/ports"
}

choose_ports() {
    local offset neo4j amqp distribution epmd
    for offset in $(seq 0 30); do
        neo4j=$((${THOTH_SERVICES_NEO4J_PORT:-17687} + offset))
        amqp=$((${THOTH_SERVICES_AMQP_PORT:-5673} + offset))
        distribution=$((25690 + offset))
        epmd=$((14369 + offset))
        if port_is_taken $neo4j || port_is_taken $amqp || port_is_taken $distribution || port_is_taken $epmd; then
            continue
        fi
        printf '%s\n' "NEO4J_PORT=$neo4j" "AMQP_PORT=$amqp" "DISTRIBUTION_PORT=$distribution" "EPMD_PORT=$epmd" \
            >"$SERVICES_HOME/ports"
        return
    done
    fail "no free ports found for neo4j and rabbitmq on 127.0.0.1" \
        "name the first ports to try by THOTH_SERVICES_NEO4J_PORT and THOTH_SERVICES_AMQP_PORT"
}

# running_pid PID_FILE WORD: the process id, when that process lives and its command line holds WORD.
# A process id left by a crash may belong to somebody else by now, hence the word.
running_pid() {
    local pid
    [ -s "$1" ] || return 1
    pid=$(tr -dc '0-9' <"$1")
    [ -n "$pid" ] || return 1
    ps -ww -o command= -p "$pid" 2>/dev/null | grep -qF -- "$2" || return 1
    printf '%s\n' "$pid"
}

# wait_gone PID SECONDS: wait for a process that is not necessarily our child.
wait_gone() {
    local deadline=$((SECONDS + $2))
    while kill -0 "$1" 2>/dev/null && ! is_zombie "$1"; do
        [ $SECONDS -lt $deadline ] || return 1
        sleep 0.1
    done
}

# A killed process whose parent has not collected it still has its id, but holds no port and no file any more.
is_zombie() { ps -o stat= -p "$1" 2>/dev/null | grep -q '^Z'; }

# stop_process NAME PID SECONDS: politely, then not.
stop_process() {
    kill -TERM "$2" 2>/dev/null || return 0
    wait_gone "$2" "$3" && return 0
    say "$1 did not stop within $3 s and is killed"
    kill -KILL "$2" 2>/dev/null || true
    wait_gone "$2" 10 || fail "$1 (process $2) cannot be killed"
}

# detached LOG COMMAND...: run in a session of its own, so that neither the end of this script nor a Ctrl-C reaches it,
# and without the descriptor of the lock, which it would hold for ever.
detached() {
    local log=$1
    shift
    if have setsid; then
        (cd "$SERVICES_HOME" && exec setsid "$@") </dev/null >>"$log" 2>&1 9>&- &
    else
        (cd "$SERVICES_HOME" && exec nohup "$@") </dev/null >>"$log" 2>&1 9>&- &
    fi
}

# need COMMAND DEBIAN_PACKAGE: install the package where the command is missing.
need() {
    local log="$SERVICES_HOME/log/apt.log"
    have "$1" && return 0
    have apt-get || fail "$1 is not installed" "install $2 with your package manager and try again"
    [ "$(id -u)" = 0 ] || fail "$1 is not installed" "run 'sudo apt-get install $2' and try again"
    say "installing $2 (log: $log)"
    if ! (install_alone "$2") >>"$log" 2>&1; then
        show_log "$log"
        fail "could not install $2" "run 'apt-get update && apt-get install $2' and try again"
    fi
}

# One at a time: both services may miss something, and apt refuses a second 'update' instead of waiting. A failed update is
# no reason to stop yet: the package may be known already, and if not the installation fails with a message of its own.
install_alone() {
    if have flock; then
        exec 8>"$SERVICES_HOME/apt.lock"
        flock --wait 900 8
    fi
    apt_get update || true
    # RUNLEVEL=1 keeps the package from starting a service of its own: ours runs under its own name and ports.
    RUNLEVEL=1 apt_get install --no-install-recommends "$1"
}

apt_get() {
    DEBIAN_FRONTEND=noninteractive apt-get -y -q -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "$@" </dev/null 8>&- 9>&-
}
