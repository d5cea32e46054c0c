/** The Dockerfile beside `app.tar`, for those who build on Node's own image instead of taking the layout. */
export function dockerfile(image: {
  entry: string;
  user: string;
  port: number;
  labels: Readonly<Record<string, string>>;
}): string {
  const probe = `fetch('http://127.0.0.1:${image.port}/health').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))`;
  const labels = Object.entries(image.labels).map(([key, value]) => `LABEL ${key}=${JSON.stringify(value)}`);
  return `# The serving app needs Node alone: nothing is installed, nothing is downloaded in the build.
# app.tar holds the same bytes as the app layer of the image layout.
FROM node:24-slim
ADD app.tar /
WORKDIR /app
ENV NODE_ENV=production
USER ${image.user}
EXPOSE ${image.port}
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=3s --start-period=5s --retries=3 CMD ["node", "-e", ${JSON.stringify(probe)}]
${labels.join("\n")}
ENTRYPOINT ["node", "/app/${image.entry}"]
`;
}
