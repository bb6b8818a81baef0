# A server without Docker for proofs: Debian with systemd, its databases on it.
FROM node:24-bookworm-slim AS node
FROM debian:trixie-slim
RUN apt-get update -qq \
  && apt-get install -y -qq --no-install-recommends systemd systemd-sysv dbus openssh-server postgresql redis-server iproute2 procps >/dev/null \
  && rm -rf /var/lib/apt/lists/* /etc/ssh/ssh_host_*
COPY --from=node /usr/local/bin/node /usr/bin/node
STOPSIGNAL SIGRTMIN+3
CMD ["/sbin/init"]
