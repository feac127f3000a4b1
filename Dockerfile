# syntax=docker/dockerfile:1
# One image for every role: `thoth serve`, `thoth worker`, `thoth ingest`, …; the command chooses.

FROM rust:1.95-bookworm AS build
WORKDIR /source
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/source/target \
    cargo build --release --locked --package thoth-cli && \
    install -D target/release/thoth /out/thoth

FROM debian:bookworm-slim
# Certificates for an object store or a graph behind TLS; nothing else is needed at run time.
RUN apt-get update && \
    apt-get install --yes --no-install-recommends ca-certificates && \
    rm -rf /var/lib/apt/lists/* && \
    useradd --system --uid 10001 --create-home --home-dir /var/lib/thoth thoth && \
    install --directory --owner=thoth --group=thoth /data
COPY --from=build /out/thoth /usr/local/bin/thoth
COPY --chmod=755 deploy/docker/healthcheck /usr/local/bin/thoth-healthcheck
USER thoth
WORKDIR /var/lib/thoth
VOLUME /data
EXPOSE 8080
# Asks the server for /health/ready; containers of other roles switch it off (docker-compose.yml).
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=6 CMD ["thoth-healthcheck"]
ENTRYPOINT ["thoth"]
CMD ["serve"]
