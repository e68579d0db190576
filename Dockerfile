# syntax=docker/dockerfile:1
# One image for every role: `docker run gildhall api`, `… worker`, `… migrate`. Debian's FFmpeg is the oldest that works
# (5.1), and the one that the tests run on; what is built on bookworm has to run on bookworm.

FROM rust:1.95-bookworm AS build
WORKDIR /src
RUN apt-get update \
    && apt-get install --yes --no-install-recommends \
        libavcodec-dev libavformat-dev libavutil-dev libclang-dev libswresample-dev libswscale-dev pkg-config \
    && rm -rf /var/lib/apt/lists/*
COPY . .
# The caches stay on the machine that builds, so the program is copied out of them.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --release --locked --package gildhall --bin gildhall \
    && install -D target/release/gildhall /out/gildhall

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install --yes --no-install-recommends \
        ca-certificates \
        fonts-noto-cjk fonts-noto-color-emoji fonts-noto-core \
        libavcodec59 libavformat59 libavutil57 libswresample4 libswscale6 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --create-home --home-dir /var/lib/gildhall gildhall
COPY --from=build /out/gildhall /usr/local/bin/gildhall
# Numbers, so that Kubernetes can see that it is not root.
USER 10001:10001
WORKDIR /var/lib/gildhall
ENV GILDHALL_LISTEN=0.0.0.0:8080 \
    GILDHALL_LOG_FORMAT=json \
    GILDHALL_WORK_DIR=/var/lib/gildhall/work
EXPOSE 8080
ENTRYPOINT ["gildhall"]
CMD ["--help"]
