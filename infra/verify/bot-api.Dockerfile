# A Bot API server for proofs, laid out as the image aiogram/telegram-bot-api: begins as root, becomes 101:101, its files in
# folders that others may not enter. Context: infra/verify. UPSTREAM is whom it asks.
FROM node:24-bookworm-slim
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends netcat-openbsd >/dev/null && rm -rf /var/lib/apt/lists/* \
 && groupadd -g 101 telegram-bot-api && useradd -u 101 -g 101 -M -s /usr/sbin/nologin telegram-bot-api \
 && mkdir -p /var/lib/telegram-bot-api && chown telegram-bot-api:telegram-bot-api /var/lib/telegram-bot-api
COPY bot-api.mjs /bot-api.mjs
ENTRYPOINT ["node", "/bot-api.mjs"]
