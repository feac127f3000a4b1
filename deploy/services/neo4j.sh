# Neo4j Community, run natively on this machine. Sourced by services.sh.
# shellcheck shell=bash

NEO4J_DEADLINE_SECONDS=120

neo4j_home() { printf '%s\n' "$SERVICES_HOME/neo4j"; }

neo4j_pid() { running_pid "$(neo4j_home)/pid" "$(neo4j_home)/home"; }

# Bolt answers: magic, four proposals (4.4, 4.3, 4.2, 4.1), and a version other than zero comes back.
neo4j_answers() {
    local answer
    answer=$({
        exec 3<>"/dev/tcp/127.0.0.1/$NEO4J_PORT"
        printf '\x60\x60\xb0\x17\x00\x00\x04\x04\x00\x00\x03\x04\x00\x00\x02\x04\x00\x00\x01\x04' >&3
        timeout 5 head -c 4 <&3 | od -An -tx1 | tr -d ' \n'
    } 2>/dev/null) || return 1
    [ "${#answer}" = 8 ] && [ "$answer" != 00000000 ]
}

# The jars, once per version of pom.xml.
neo4j_install() {
    local lib stamp log="$SERVICES_HOME/log/maven.log"
    lib=$(neo4j_home)/lib
    stamp="$lib/.$(cksum <"$SERVICES_FOLDER/pom.xml" | tr ' ' '-')"
    [ -f "$stamp" ] && return 0

    need java openjdk-17-jdk-headless
    need mvn maven
    rm -rf "$lib"
    mkdir -p "$lib"
    say "fetching Neo4j with Maven (about 95 MB; log: $log)"
    # Without the network first: a machine that has fetched them before copies them in seconds.
    if ! neo4j_copy_jars -o >"$log" 2>&1 && ! neo4j_copy_jars >>"$log" 2>&1 && ! neo4j_copy_jars -U >>"$log" 2>&1; then
        show_log "$log"
        fail "could not fetch Neo4j with Maven" "see $log; Maven needs a reachable repository (settings.xml, proxies)"
    fi
    : >"$stamp"
}

neo4j_copy_jars() {
    mvn --batch-mode --quiet -Dstyle.color=never "$@" -f "$SERVICES_FOLDER/pom.xml" \
        -Dmaven.artifact.threads=16 -Daether.connector.basic.threads=16 \
        -Dmaven.wagon.http.retryHandler.count=5 \
        dependency:copy-dependencies -DoutputDirectory="$(neo4j_home)/lib" </dev/null 9>&-
}

neo4j_configure() {
    local authentication=false
    [ -z "${THOTH_SERVICES_NEO4J_PASSWORD:-}" ] || authentication=true
    cat >"$(neo4j_home)/neo4j.conf" <<CONFIGURATION
# Written by services.sh at every start.
server.config.strict_validation.enabled=true
server.bolt.enabled=true
server.bolt.listen_address=127.0.0.1:$NEO4J_PORT
server.http.enabled=false
server.https.enabled=false
dbms.security.auth_enabled=$authentication
dbms.usage_report.enabled=false
server.memory.pagecache.size=256m
db.tx_log.preallocate=false
db.tx_log.rotation.size=32m
db.tx_log.rotation.retention_policy=1 files
CONFIGURATION
}

neo4j_start() {
    local home log pid deadline started=$SECONDS
    home=$(neo4j_home)
    log=$home/console.log
    if neo4j_pid >/dev/null && neo4j_answers; then
        say "neo4j is running (bolt://127.0.0.1:$NEO4J_PORT)"
        return 0
    fi
    mkdir -p "$home/home"
    neo4j_install
    if pid=$(neo4j_pid); then
        stop_process neo4j "$pid" 30
    fi
    if port_is_taken "$NEO4J_PORT"; then
        fail "port $NEO4J_PORT is taken by another program" \
            "stop it, or remove $SERVICES_HOME/ports after 'services.sh down' to have other ports chosen"
    fi
    neo4j_configure
    rm -f "$home/ready"
    : >"$log"
    detached "$log" java -Xms256m -Xmx"${THOTH_SERVICES_NEO4J_HEAP:-1g}" -XX:+ExitOnOutOfMemoryError \
        --add-opens=java.base/java.nio=ALL-UNNAMED --add-opens=java.base/java.io=ALL-UNNAMED \
        --add-opens=java.base/sun.nio.ch=ALL-UNNAMED \
        -cp "$home/lib/*" "$SERVICES_FOLDER/Neo4jMain.java" "$home/home" "$home/neo4j.conf" "$home/ready"
    pid=$!
    printf '%s\n' "$pid" >"$home/pid"

    deadline=$((SECONDS + NEO4J_DEADLINE_SECONDS))
    until [ -f "$home/ready" ] && neo4j_answers; do
        if ! kill -0 "$pid" 2>/dev/null || [ $SECONDS -ge $deadline ]; then
            show_log "$log" "$home/home/logs/debug.log"
            stop_process neo4j "$pid" 5
            fail "neo4j did not start within $NEO4J_DEADLINE_SECONDS s or ended early" \
                "see the log above; Java 17 or 21 is needed; 'services.sh down --purge' starts from nothing"
        fi
        sleep 0.2
    done
    say "neo4j answers at bolt://127.0.0.1:$NEO4J_PORT after $((SECONDS - started)) s"
}

neo4j_stop() {
    local pid
    pid=$(neo4j_pid) || return 0
    stop_process neo4j "$pid" 60
    rm -f "$(neo4j_home)/pid"
    say "neo4j stopped"
}

neo4j_kill() {
    local pid
    pid=$(neo4j_pid) || fail "neo4j is not running"
    kill -KILL "$pid"
    wait_gone "$pid" 10 || fail "neo4j (process $pid) cannot be killed"
}

neo4j_status() {
    if neo4j_pid >/dev/null && neo4j_answers; then
        printf 'neo4j    running  bolt://127.0.0.1:%s\n' "$NEO4J_PORT"
    else
        printf 'neo4j    stopped\n'
        return 1
    fi
}
