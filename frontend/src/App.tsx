import { MantineProvider, Skeleton } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { NuqsAdapter } from "nuqs/adapters/react-router/v7";
import { lazy, type ReactNode, Suspense } from "react";
import { BrowserRouter, Route, Routes } from "react-router";
import { NotFound } from "./pages/NotFound";
import { Overview } from "./pages/Overview";
import { Shell } from "./ui/Shell";
import { theme } from "./ui/theme";

const Alerts = lazy(() => import("./pages/Alerts"));
const Corrections = lazy(() => import("./pages/Corrections"));
const Models = lazy(() => import("./pages/Models"));
const Posts = lazy(() => import("./pages/Posts"));
const Settings = lazy(() => import("./pages/Settings"));
const SharedView = lazy(() => import("./pages/SharedView"));
const Sources = lazy(() => import("./pages/Sources"));

const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      // The live connection says when something changed; nothing is asked on a guess.
      staleTime: Number.POSITIVE_INFINITY,
      refetchOnWindowFocus: false,
      refetchOnReconnect: false,
      // The server may run on this very machine, whatever the browser thinks of the network.
      networkMode: "always",
      retry: 1,
      retryDelay: 800,
    },
  },
});

export function App() {
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto">
      <QueryClientProvider client={queryClient}>
        <BrowserRouter>
          <NuqsAdapter>
            <Routes>
              <Route element={<Shell />}>
                <Route index element={<Overview />} />
                <Route path="posts" element={<Later page={<Posts />} />} />
                <Route path="alerts" element={<Later page={<Alerts />} />} />
                <Route path="corrections" element={<Later page={<Corrections />} />} />
                <Route path="models" element={<Later page={<Models />} />} />
                <Route path="settings" element={<Later page={<Settings />} />} />
                <Route path="views/:id" element={<Later page={<SharedView />} />} />
                <Route path="sources" element={<Later page={<Sources />} />} />
              </Route>
              <Route path="*" element={<NotFound />} />
            </Routes>
          </NuqsAdapter>
        </BrowserRouter>
      </QueryClientProvider>
    </MantineProvider>
  );
}

/** A page whose code is on its way. */
function Later({ page }: { page: ReactNode }) {
  return <Suspense fallback={<Skeleton height="70vh" radius="lg" />}>{page}</Suspense>;
}
