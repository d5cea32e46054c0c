import { CSPProvider } from "@base-ui/react/csp-provider";
import { Toast } from "@base-ui/react/toast";
import { Tooltip } from "@base-ui/react/tooltip";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { useState } from "react";
import { createConsoleRouter } from "./router.tsx";
import { type Services, ServicesProvider } from "./services.tsx";
import { ThemeProvider } from "./theme-toggle.tsx";
import type { ThemeChoice } from "./theme.ts";

/** The console with everything that its pages look up. */
export function App({ services, theme }: { services: Services; theme: ThemeChoice }) {
  const [router] = useState(createConsoleRouter);
  return (
    <CSPProvider disableStyleElements>
      <QueryClientProvider client={services.queryClient}>
        <ServicesProvider value={services}>
          <ThemeProvider value={theme}>
            <Tooltip.Provider delay={400}>
              <Toast.Provider timeout={9000} limit={4}>
                <RouterProvider router={router} />
              </Toast.Provider>
            </Tooltip.Provider>
          </ThemeProvider>
        </ServicesProvider>
      </QueryClientProvider>
    </CSPProvider>
  );
}
