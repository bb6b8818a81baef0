# A server as it is rented: Debian with systemd and ssh, nothing else. Node and PostgreSQL's like come by containers.
FROM debian:trixie-slim
RUN apt-get update -qq \
  && apt-get install -y -qq --no-install-recommends systemd systemd-sysv dbus openssh-server iproute2 procps python3-minimal >/dev/null \
  && rm -rf /var/lib/apt/lists/* /etc/ssh/ssh_host_*
STOPSIGNAL SIGRTMIN+3
CMD ["/sbin/init"]
