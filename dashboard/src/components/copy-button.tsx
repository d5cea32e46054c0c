import { useEffect, useState } from "react";
import { IconButton } from "./button.tsx";

/** Puts a text on the clipboard and says so for two seconds. */
export function CopyButton({ text, label }: { text: string; label: string }) {
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return undefined;
    const timer = setTimeout(() => {
      setCopied(false);
    }, 2000);
    return () => {
      clearTimeout(timer);
    };
  }, [isCopied]);
  return (
    <>
      <IconButton
        icon={isCopied ? "check" : "copy"}
        label={isCopied ? "Copied" : label}
        size="small"
        onClick={() => {
          void copyText(text).then(setCopied);
        }}
      />
      <span role="status" className="sr-only">
        {isCopied ? "Copied" : ""}
      </span>
    </>
  );
}

/** The clipboard is closed to pages served without TLS from another machine; then a selection does it. */
async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    const isDone = document.execCommand("copy");
    area.remove();
    return isDone;
  }
}
