import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

const outDir = resolve(import.meta.dirname, "../src/sentistream/dashboard");

/** The server's /docs page works offline with these files; they are served beside the dashboard. */
const SWAGGER_FILES = [
  "swagger-ui-bundle.js",
  "swagger-ui-standalone-preset.js",
  "swagger-ui.css",
  "LICENSE",
];

function swaggerUi(): Plugin {
  return {
    name: "sentistream-swagger-ui",
    apply: "build",
    closeBundle() {
      const from = dirname(createRequire(import.meta.url).resolve("swagger-ui-dist/package.json"));
      const to = join(outDir, "swagger");
      mkdirSync(to, { recursive: true });
      for (const file of SWAGGER_FILES) copyFileSync(join(from, file), join(to, file));
    },
  };
}

/** The service worker, told which files there are: another build makes another worker, which is how one is noticed. */
function serviceWorker(): Plugin {
  return {
    name: "sentistream-service-worker",
    apply: "build",
    generateBundle(_options, bundle) {
      const source = readFileSync(resolve(import.meta.dirname, "service-worker.js"), "utf8");
      const assets = Object.keys(bundle).filter((name) => name.startsWith("assets/"));
      const listed = JSON.stringify(assets.map((name) => `/${name}`).sort());
      this.emitFile({
        type: "asset",
        fileName: "service-worker.js",
        source: source.replace('"__ASSETS__"', listed),
      });
    },
  };
}

/** Compressed once here, so that the server never has to: it sends NAME.br or NAME.gz to whoever accepts that. */
function compressed(): Plugin {
  return {
    name: "sentistream-compressed",
    apply: "build",
    enforce: "post",
    closeBundle: {
      sequential: true,
      order: "post",
      handler() {
        for (const name of readdirSync(outDir, { recursive: true, encoding: "utf8" })) {
          if (!/\.(js|css|svg|html)$/.test(name)) continue;
          const path = join(outDir, name);
          const plain = readFileSync(path);
          writeFileSync(`${path}.gz`, gzipSync(plain, { level: 9 }));
          writeFileSync(`${path}.br`, brotliCompressSync(plain));
        }
      },
    },
  };
}

// `npm run dev` talks to a server started with `sentistream up`.
const server = process.env.SENTISTREAM_URL ?? "http://127.0.0.1:8000";

export default defineConfig({
  plugins: [react(), serviceWorker(), swaggerUi(), compressed()],
  build: {
    outDir,
    emptyOutDir: true,
    // What counts is compressed, and `make bench PROFILE=dashboard` measures it.
    chunkSizeWarningLimit: 600,
    reportCompressedSize: false,
    // The content security policy allows no data: scripts or fonts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        // All that the first page needs in one file: thirty small ones cost more in headers than they hold.
        codeSplitting: { groups: [{ name: "start", test: /\/src\/main\.tsx$/ }] },
      },
    },
  },
  server: {
    proxy: {
      "/api": { target: server, changeOrigin: true },
      "/docs": { target: server, changeOrigin: true },
      "/ws": { target: server, changeOrigin: true, ws: true, headers: { origin: server } },
    },
  },
});
