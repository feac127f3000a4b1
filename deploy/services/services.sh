#!/usr/bin/env bash
# Brings up Neo4j and RabbitMQ for development and tests: by Docker where an engine answers, else natively.
# What it does and which variables it reads: docs/operations.md, or 'services.sh help'.
set -euo pipefail

SERVICES_FOLDER=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
REPOSITORY=$(cd "$SERVICES_FOLDER/../.." && pwd -P)
SERVICES_HOME=${THOTH_SERVICES_HOME:-$REPOSITORY/.services}

for part in common neo4j rabbitmq docker; do
    # shellcheck source=/dev/null
    . "$SERVICES_FOLDER/$part.sh"
done

usage() {
    cat <<USAGE
usage: services.sh VERB

  up                       start what is not running, install what is missing, wait until both answer
  down [--purge]           stop both; --purge removes their data too (downloads are kept)
  status                   one line per service; exit 1 when one is stopped
  env                      the addresses as 'export' lines:  eval "\$(services.sh env)"
  start   neo4j|rabbitmq   start one, wait until it answers
  stop    neo4j|rabbitmq   stop one in good order
  kill-9  neo4j|rabbitmq   end one the way a power cut does
  rabbitmqctl ARGUMENT...  run rabbitmqctl against this node

variables: THOTH_SERVICES_HOME (default <repository>/.services), THOTH_SERVICES_MODE (native or docker),
  THOTH_SERVICES_NEO4J_PORT, THOTH_SERVICES_AMQP_PORT (first ports to try), THOTH_SERVICES_NEO4J_PASSWORD (default: no
  authentication), THOTH_SERVICES_NEO4J_HEAP (default 1g)
USAGE
}

main() {
    local verb=${1:-help}
    [ $# -eq 0 ] || shift
    case "$verb" in
        help | --help | -h) usage; return 0 ;;
        up | down | status | env | start | stop | kill-9 | rabbitmqctl) ;;
        *) usage >&2; fail "unknown verb $verb" ;;
    esac

    mkdir -p "$SERVICES_HOME/log"
    SERVICES_HOME=$(cd "$SERVICES_HOME" && pwd -P)
    case "$verb" in
        up | down | start | stop | kill-9) take_lock ;;
    esac
    load_ports

    case "$verb" in
        up) up ;;
        down) down "$@" ;;
        status) status ;;
        env) print_environment ;;
        start | stop | kill-9) one "$verb" "${1:-}" ;;
        rabbitmqctl) run_rabbitmqctl "$@" ;;
    esac
}

# Two processes that want the services at once (test binaries do) take turns: the second finds them running.
take_lock() {
    have flock || return 0
    exec 9>"$SERVICES_HOME/lock"
    flock --wait 900 9 || fail "another services.sh has held $SERVICES_HOME/lock for 15 minutes"
}

up() {
    if docker_is_used; then
        docker_up
        return
    fi
    # Both at once: one mostly waits for the network or its disk while the other starts.
    local neo4j rabbitmq failed=0
    (neo4j_start) &
    neo4j=$!
    (rabbitmq_start) &
    rabbitmq=$!
    wait "$neo4j" || failed=1
    wait "$rabbitmq" || failed=1
    [ $failed = 0 ] || exit 2
}

down() {
    case "${1:-}" in
        '' | --purge) ;;
        *) fail "unknown argument $1 of down" ;;
    esac
    if docker_is_used; then
        docker_down "$@"
        return
    fi
    neo4j_stop
    rabbitmq_stop
    if [ "${1:-}" = --purge ]; then
        rm -rf "$SERVICES_HOME/neo4j/home" "$SERVICES_HOME/rabbitmq" "$SERVICES_HOME/ports"
        say "data removed from $SERVICES_HOME"
    fi
}

status() {
    if docker_is_used; then
        docker_status
        return
    fi
    local failed=0
    neo4j_status || failed=1
    rabbitmq_status || failed=1
    return $failed
}

print_environment() {
    local password=${THOTH_SERVICES_NEO4J_PASSWORD:-thoth-tests}
    cat <<ENVIRONMENT
export THOTH_SERVICES_HOME=$(printf '%q' "$SERVICES_HOME")
export THOTH_TEST_NEO4J_URL=bolt://127.0.0.1:$NEO4J_PORT
export THOTH_TEST_NEO4J_USER=neo4j
export THOTH_TEST_NEO4J_PASSWORD=$(printf '%q' "$password")
export THOTH_TEST_AMQP_URL=amqp://guest:guest@127.0.0.1:$AMQP_PORT/%2f
ENVIRONMENT
}

one() {
    local verb=$1 service=$2
    case "$service" in
        neo4j | rabbitmq) ;;
        *) fail "$verb needs neo4j or rabbitmq" ;;
    esac
    if docker_is_used; then
        case "$verb" in
            start) docker_compose up --detach --wait "$service" >&2 ;;
            stop) docker_compose stop "$service" >&2 ;;
            kill-9) docker_compose kill --signal KILL "$service" >&2 ;;
        esac
        return
    fi
    case "$verb" in
        start) "${service}_start" ;;
        stop) "${service}_stop" ;;
        kill-9) "${service}_kill" ;;
    esac
}

run_rabbitmqctl() {
    if docker_is_used; then
        docker_compose exec -T rabbitmq rabbitmqctl "$@"
    else
        rabbitmq_ctl "$@"
    fi
}

main "$@"
