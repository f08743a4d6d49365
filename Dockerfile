# inspectd in a container. docker-compose.yml puts a database beside it.
#
#   docker build -t inspectd .
#   docker run --rm -e INSPECTD_OWNER_URL=... -v secret:/var/lib/inspectd inspectd migrate
#   docker run --rm -p 8080:8080 -e INSPECTD_DATABASE_URL=... -v secret:/var/lib/inspectd inspectd
#
# The server's secret is to be in /var/lib/inspectd/secret; docker-compose.yml makes one.
#
# tests/contract/test_packaging.py holds every line of this to the source.

FROM debian:12-slim AS build
# The packages are those of service/lib/packages.sh.
RUN apt-get update && apt-get install -y --no-install-recommends \
        gcc libc6-dev cmake ninja-build pkg-config python3 python3-yaml \
        libulfius-dev liborcania-dev libyder-dev libmicrohttpd-dev libjansson-dev \
        libpq-dev libgnutls28-dev libxxhash-dev libcsv-dev libical-dev libcmocka-dev \
        librhonabwy-dev libcurl4-gnutls-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY CMakeLists.txt CMakePresets.json ./
COPY api api
COPY include include
COPY service service
COPY sql sql
RUN cmake --preset release && cmake --build --preset release --target inspectd

FROM debian:12-slim
# curl is for HEALTHCHECK, ca-certificates for an identity provider's HTTPS.
RUN apt-get update && apt-get install -y --no-install-recommends \
        libulfius2.7 liborcania2.3 libyder2.0 libmicrohttpd12 libjansson4 \
        libpq5 libgnutls30 libxxhash0 libcsv3 libical3 \
        librhonabwy1.1 libcurl3-gnutls curl ca-certificates \
    && rm -rf /var/lib/apt/lists/*
COPY --from=build /src/build/release/inspectd /usr/bin/inspectd
COPY sql/reference /usr/share/inspectd/reference
COPY sql/sample /usr/share/inspectd/sample
ENV INSPECTD_BIND=0.0.0.0 INSPECTD_PORT=8080 INSPECTD_REFERENCE_DIR=/usr/share/inspectd/reference \
    INSPECTD_SECRET_FILE=/var/lib/inspectd/secret
# For a volume, which takes its owner from here.
RUN install -d -m 0700 -o 10001 -g 10001 /var/lib/inspectd
# It writes no file itself, so it needs no home and no name.
USER 10001:10001
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s --retries=3 \
    CMD ["curl", "-fsS", "-o", "/dev/null", "http://127.0.0.1:8080/readyz"]
# SIGTERM, which `docker stop` sends, drains.
ENTRYPOINT ["/usr/bin/inspectd"]
CMD ["serve"]
