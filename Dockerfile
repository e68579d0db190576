# syntax=docker/dockerfile:1
# One image for every role: `docker run gildhall api`, `… worker`, `… migrate`. Debian's FFmpeg is the oldest that works
# (5.1), and the one that the tests run on; what is built on bookworm has to run on bookworm. Bases are pinned by digest;
# packages are Debian stable's of the day, for their security fixes.

FROM rust:1.95-bookworm@sha256:6258907abe69656e41cd992e0b705cdcfabcbbe3db374f92ed2d47121282d4a1 AS build
WORKDIR /src
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends \
        libavcodec-dev libavformat-dev libavutil-dev libclang-dev libswresample-dev libswscale-dev pkg-config \
    && rm -rf /var/lib/apt/lists/*
COPY . .
# The caches stay on the machine that builds, so the program is copied out of them.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --release --locked --package gildhall --bin gildhall \
    && install -D target/release/gildhall /out/gildhall \
    && strip --strip-debug /out/gildhall
# What is in here: `make sbom`, before the build, lists the crates; the system's packages are in dpkg's own list.
RUN install -D --mode=644 LICENSE /out/doc/LICENSE \
    && if [ -e out/sbom/gildhall.cdx.json ]; then install --mode=644 out/sbom/gildhall.cdx.json /out/doc/; fi

FROM debian:bookworm-20261005-slim@sha256:7c7b2c966bc9ee8cedfeef67e0e279108992c77681fa595db4a9d65c06ccc587
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends \
        ca-certificates \
        fonts-noto-cjk fonts-noto-color-emoji fonts-noto-core \
        libavcodec59 libavformat59 libavutil57 libswresample4 libswscale6 \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --system --gid 10001 gildhall \
    && useradd --system --uid 10001 --gid 10001 --create-home --home-dir /var/lib/gildhall gildhall
COPY --from=build /out/doc /usr/share/doc/gildhall
COPY --from=build /out/gildhall /usr/local/bin/gildhall
# Numbers, so that Kubernetes can see that it is not root. Nothing but /tmp and this home has to be writable.
USER 10001:10001
WORKDIR /var/lib/gildhall
ENV GILDHALL_LISTEN=0.0.0.0:8080 \
    GILDHALL_HEALTH_LISTEN=0.0.0.0:9000 \
    GILDHALL_LOG_FORMAT=json \
    GILDHALL_WORK_DIR=/var/lib/gildhall/work
EXPOSE 8080 9000
# Of the roles that serve, each where the settings above say; a command that ends is gone before it is asked.
HEALTHCHECK --interval=10s --timeout=8s --start-period=60s --start-interval=1s CMD ["gildhall", "health"]
ENTRYPOINT ["gildhall"]
CMD ["--help"]
# The names that registries and scanners read; the last two are given to the build.
LABEL org.opencontainers.image.title="Gildhall" \
    org.opencontainers.image.description="Renders Luxury Golden Frame product videos, as a command and as a fleet" \
    org.opencontainers.image.licenses="GPL-3.0-or-later" \
    org.opencontainers.image.base.name="docker.io/library/debian:bookworm-slim"
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.version="$VERSION" \
    org.opencontainers.image.revision="$REVISION"
