import { fileURLToPath } from "node:url";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const server = process.env["SWARM_SERVER"] ?? "http://127.0.0.1:8000";

/** The console is served by the API's own process from dashboard/dist; in development Vite passes the API through. */
export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  base: "/",
  plugins: [react(), tailwindcss()],
  build: {
    outDir: "dist",
    emptyOutDir: true,
    target: "es2023",
    // The server's content policy knows no data: addresses.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
    rolldownOptions: {
      output: {
        codeSplitting: {
          // The parser library is set up before the first schema is made: the set-up must be in its own chunk.
          groups: [{ name: "schemas", test: /node_modules[\\/]zod|configure-zod/ }],
        },
      },
    },
  },
  server: {
    host: "127.0.0.1",
    port: 5173,
    proxy: { "/api": { target: server, ws: true } },
  },
});
