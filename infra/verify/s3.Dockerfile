# The stand-in's S3 server in a container. Context: packages/sandbox/src/services.
FROM node:24-bookworm-slim
WORKDIR /s3
RUN printf '{"type":"module"}\n' >package.json && npm install --no-audit --no-fund --ignore-scripts s3rver@3.7.1 >/dev/null
COPY s3-server.ts ./
CMD ["sh", "-c", "mkdir -p /data/buckets && exec node s3-server.ts /data/buckets 0.0.0.0 9000"]
