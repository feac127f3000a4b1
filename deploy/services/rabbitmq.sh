# RabbitMQ, run natively on this machine. Sourced by services.sh.
# shellcheck shell=bash

RABBITMQ_DEADLINE_SECONDS=120
RABBITMQ_NODE=thoth@localhost

rabbitmq_home() { printf '%s\n' "$SERVICES_HOME/rabbitmq"; }

# The word that marks our node on its command line (Erlang ignores flags that it does not know).
rabbitmq_pid() { running_pid "$(rabbitmq_home)/pid" "-thoth_services $(rabbitmq_home)"; }

# Debian's /usr/sbin/rabbitmq-server changes to the user rabbitmq and its folders; the script below it does not.
rabbitmq_script() {
    local folder
    for folder in /usr/lib/rabbitmq/bin /usr/lib/rabbitmq/lib/*/sbin /usr/local/sbin /opt/homebrew/sbin; do
        if [ -x "$folder/$1" ]; then
            printf '%s\n' "$folder/$1"
            return 0
        fi
    done
    command -v "$1"
}

# Everything of this node in its own folder, every socket on loopback. Exported, so only ever called in a subshell.
rabbitmq_environment() {
    local home
    home=$(rabbitmq_home)
    export HOME=$home LC_ALL=C.UTF-8
    export RABBITMQ_CONF_ENV_FILE=$home/environment.conf
    export RABBITMQ_NODENAME=$RABBITMQ_NODE RABBITMQ_USE_LONGNAME=false
    export RABBITMQ_CONFIG_FILE=$home/rabbitmq.conf RABBITMQ_CONFIG_FILES=$home/conf.d
    export RABBITMQ_ADVANCED_CONFIG_FILE=$home/advanced.config RABBITMQ_ENABLED_PLUGINS_FILE=$home/enabled_plugins
    export RABBITMQ_MNESIA_BASE=$home/data RABBITMQ_LOG_BASE=$home/log RABBITMQ_PID_FILE=$home/pid
    export RABBITMQ_SCHEMA_DIR=$home/schema RABBITMQ_GENERATED_CONFIG_DIR=$home/generated
    export RABBITMQ_DIST_PORT=$DISTRIBUTION_PORT
    export RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="-kernel inet_dist_use_interface {127,0,0,1} -thoth_services $home"
    export RABBITMQ_CTL_ERL_ARGS="-kernel inet_dist_use_interface {127,0,0,1}"
    export ERL_EPMD_PORT=$EPMD_PORT ERL_EPMD_ADDRESS=127.0.0.1 ERL_CRASH_DUMP=$home/log/erl_crash.dump
}

rabbitmq_ctl() { (rabbitmq_environment && exec "$(rabbitmq_script rabbitmqctl)" "$@" 9>&-); }

rabbitmq_answers() { port_is_taken "$AMQP_PORT"; }

rabbitmq_install() {
    rabbitmq_script rabbitmq-server >/dev/null || need rabbitmq-server rabbitmq-server
}

rabbitmq_configure() {
    local home
    home=$(rabbitmq_home)
    mkdir -p "$home/data" "$home/log" "$home/conf.d" "$home/schema" "$home/generated"
    : >"$home/environment.conf"
    # Quorum queues report their number of messages every 5 s by default: too late for a test that counts them.
    printf '[{rabbit, [{quorum_tick_interval, 200}]}].\n' >"$home/advanced.config"
    printf '[].\n' >"$home/enabled_plugins"
    if [ ! -s "$home/.erlang.cookie" ]; then
        (umask 077 && head -c 24 /dev/urandom | od -An -tx1 | tr -d ' \n' >"$home/.erlang.cookie")
        chmod 400 "$home/.erlang.cookie"
    fi
    cat >"$home/rabbitmq.conf" <<CONFIGURATION
# Written by services.sh at every start.
listeners.tcp.loopback = 127.0.0.1:$AMQP_PORT
vm_memory_high_watermark.absolute = 1GB
disk_free_limit.absolute = 50MB
# The write-ahead log of quorum queues lives in memory up to this size; the default is for a broker of its own.
raft.wal_max_size_bytes = 64000000
CONFIGURATION
}

rabbitmq_start() {
    local home pid log started=$SECONDS
    home=$(rabbitmq_home)
    log=$home/console.log
    if rabbitmq_pid >/dev/null && rabbitmq_answers; then
        say "rabbitmq is running (amqp://127.0.0.1:$AMQP_PORT)"
        return 0
    fi
    mkdir -p "$home"
    rabbitmq_install
    if pid=$(rabbitmq_pid); then
        stop_process rabbitmq "$pid" 30
    fi
    if port_is_taken "$AMQP_PORT"; then
        fail "port $AMQP_PORT is taken by another program" \
            "stop it, or remove $SERVICES_HOME/ports after 'services.sh down' to have other ports chosen"
    fi
    rabbitmq_configure
    : >"$log"
    rm -f "$home/pid"
    if ! (rabbitmq_environment && detached "$log" "$(rabbitmq_script rabbitmq-server)" && rabbitmq_wait $!); then
        show_log "$log" "$home/log/$RABBITMQ_NODE.log"
        if pid=$(rabbitmq_pid); then
            stop_process rabbitmq "$pid" 5
        fi
        fail "rabbitmq did not start within $RABBITMQ_DEADLINE_SECONDS s or ended early" \
            "see the log above; 'services.sh down --purge' starts from nothing"
    fi
    say "rabbitmq answers at amqp://127.0.0.1:$AMQP_PORT after $((SECONDS - started)) s"
}

# rabbitmq_wait LAUNCHER: until the node has written its process id, listens, and says that it has booted.
rabbitmq_wait() {
    local deadline=$((SECONDS + RABBITMQ_DEADLINE_SECONDS))
    until rabbitmq_pid >/dev/null && rabbitmq_answers; do
        [ $SECONDS -lt $deadline ] || return 1
        kill -0 "$1" 2>/dev/null || rabbitmq_pid >/dev/null || return 1
        sleep 0.2
    done
    rabbitmq_ctl --quiet --timeout $RABBITMQ_DEADLINE_SECONDS await_startup >>"$(rabbitmq_home)/console.log" 2>&1
}

rabbitmq_stop() {
    local pid
    if pid=$(rabbitmq_pid); then
        stop_process rabbitmq "$pid" 60
        rm -f "$(rabbitmq_home)/pid"
        say "rabbitmq stopped"
    fi
    # The name server of Erlang stays behind its nodes; it refuses to end while one is registered.
    ! have epmd || ERL_EPMD_ADDRESS=127.0.0.1 epmd -port "$EPMD_PORT" -kill >/dev/null 2>&1 || true
}

rabbitmq_kill() {
    local pid
    pid=$(rabbitmq_pid) || fail "rabbitmq is not running"
    kill -KILL "$pid"
    wait_gone "$pid" 10 || fail "rabbitmq (process $pid) cannot be killed"
}

rabbitmq_status() {
    if rabbitmq_pid >/dev/null && rabbitmq_answers; then
        printf 'rabbitmq running  amqp://127.0.0.1:%s\n' "$AMQP_PORT"
    else
        printf 'rabbitmq stopped\n'
        return 1
    fi
}
