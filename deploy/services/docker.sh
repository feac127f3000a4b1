# The same two services through Docker, where an engine answers. Sourced by services.sh.
# shellcheck shell=bash

# THOTH_SERVICES_MODE=native or docker decides; without it the Docker engine does, if it has the compose plugin.
docker_is_used() {
    case "${THOTH_SERVICES_MODE:-}" in
        native) return 1 ;;
        docker) return 0 ;;
        '') ;;
        *) fail "THOTH_SERVICES_MODE is neither native nor docker: $THOTH_SERVICES_MODE" ;;
    esac
    have docker && timeout 10 docker info >/dev/null 2>&1 && docker compose version >/dev/null 2>&1
}

# A project of its own: tests wipe the graph, and must never find the volumes of a real installation.
docker_compose() {
    THOTH_NEO4J_PORT=$NEO4J_PORT THOTH_RABBITMQ_PORT=$AMQP_PORT THOTH_RABBITMQ_MANAGEMENT_PORT=$DISTRIBUTION_PORT \
        THOTH_NEO4J_PASSWORD=${THOTH_SERVICES_NEO4J_PASSWORD:-thoth-tests} \
        THOTH_RABBITMQ_USER=guest THOTH_RABBITMQ_PASSWORD=guest \
        docker compose --project-name "thoth-tests-$NEO4J_PORT" --file "$REPOSITORY/docker-compose.yml" "$@" 9>&-
}

docker_up() { docker_compose up --detach --wait --wait-timeout 300 neo4j rabbitmq >&2 </dev/null; }

docker_down() {
    if [ "${1:-}" = --purge ]; then
        docker_compose down --volumes >&2
    else
        docker_compose stop neo4j rabbitmq >&2
    fi
}

docker_status() {
    local service failed=0
    for service in neo4j rabbitmq; do
        if [ -n "$(docker_compose ps --quiet --status running "$service" 2>/dev/null)" ]; then
            printf '%-8s running  (docker)\n' "$service"
        else
            printf '%-8s stopped\n' "$service"
            failed=1
        fi
    done
    return $failed
}
