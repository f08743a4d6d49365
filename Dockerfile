# inspectd in a container. docker-compose.yml puts a database beside it.
#
#   docker build -t inspectd .
#   docker run --rm -p 8080:8080 -e INSPECTD_DATABASE_URL=... inspectd
#   docker run --rm -e INSPECTD_OWNER_URL=... inspectd migrate
#
# tests/contract/test_packaging.py holds every line of this to the source.

FROM debian:12-slim AS build
# The packages are those of service/lib/packages.sh.
RUN apt-get update && apt-get install -y --no-install-recommends \
        gcc libc6-dev cmake ninja-build pkg-config python3 python3-yaml \
        libulfius-dev liborcania-dev libyder-dev libmicrohttpd-dev libjansson-dev \
        libpq-dev libgnutls28-dev libxxhash-dev libcsv-dev libical-dev libcmocka-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY CMakeLists.txt CMakePresets.json ./
COPY api api
COPY include include
COPY service service
COPY sql sql
RUN cmake --preset release && cmake --build --preset release --target inspectd

FROM debian:12-slim
# curl is for HEALTHCHECK.
RUN apt-get update && apt-get install -y --no-install-recommends \
        libulfius2.7 liborcania2.3 libyder2.0 libmicrohttpd12 libjansson4 \
        libpq5 libgnutls30 libxxhash0 libcsv3 libical3 curl \
    && rm -rf /var/lib/apt/lists/*
COPY --from=build /src/build/release/inspectd /usr/bin/inspectd
COPY sql/reference /usr/share/inspectd/reference
COPY sql/sample /usr/share/inspectd/sample
ENV INSPECTD_BIND=0.0.0.0 INSPECTD_PORT=8080 INSPECTD_REFERENCE_DIR=/usr/share/inspectd/reference
# It writes no file, so it needs no home and no name.
USER 10001:10001
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s --retries=3 \
    CMD ["curl", "-fsS", "-o", "/dev/null", "http://127.0.0.1:8080/readyz"]
# SIGTERM, which `docker stop` sends, drains.
ENTRYPOINT ["/usr/bin/inspectd"]
CMD ["serve"]
