import { Toast as BaseToast } from "@base-ui/react/toast";
import { classNames } from "./class-names.ts";
import { IconButton } from "./button.tsx";

/** Shows what the toast manager holds, in a corner and politely to screen readers. */
export function Toasts() {
  const { toasts } = BaseToast.useToastManager();
  return (
    <BaseToast.Portal>
      <BaseToast.Viewport className="fixed right-4 bottom-4 z-50 flex w-[calc(100vw-2rem)] max-w-sm flex-col gap-2">
        {toasts.map((toast) => (
          <BaseToast.Root
            key={toast.id}
            toast={toast}
            swipeDirection="right"
            className={classNames(
              "rounded-lg border bg-raised p-3 shadow-float transition-opacity data-ending-style:opacity-0 data-starting-style:opacity-0",
              toast.type === "bad"
                ? "border-bad-mark/60"
                : toast.type === "ask"
                  ? "border-ask-mark/60"
                  : "border-line",
            )}
          >
            <BaseToast.Content className="flex items-start gap-3">
              <div className="min-w-0 flex-1">
                <BaseToast.Title className="font-semibold break-words" />
                <BaseToast.Description className="mt-0.5 text-muted break-words" />
                <BaseToast.Action className="mt-2 text-link font-medium" />
              </div>
              <BaseToast.Close render={<IconButton icon="cross" label="Dismiss" size="small" />} />
            </BaseToast.Content>
          </BaseToast.Root>
        ))}
      </BaseToast.Viewport>
    </BaseToast.Portal>
  );
}
