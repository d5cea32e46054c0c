import { useId, useRef, useState } from "react";
import { Button } from "../../components/button.tsx";
import { classNames } from "../../components/class-names.ts";
import { Icon } from "../../components/icon.tsx";

/** Takes one file, dropped or chosen. */
export function DropZone({
  onFile,
  busyWith,
  error,
}: {
  onFile: (file: File) => void;
  /** Name of the file that is on its way. */
  busyWith: string | undefined;
  error: string | undefined;
}) {
  const [isOver, setOver] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const id = useId();
  const isBusy = busyWith !== undefined;
  return (
    <div
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => {
        setOver(false);
      }}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        const [file] = event.dataTransfer.files;
        if (file !== undefined && !isBusy) onFile(file);
      }}
      className={classNames(
        "flex flex-col items-center gap-2 rounded-lg border-2 border-dashed px-6 py-8 text-center transition-colors",
        isOver
          ? "border-accent bg-selected"
          : error === undefined
            ? "border-line-strong/50"
            : "border-bad-mark",
      )}
    >
      <Icon name="upload" className="size-6 text-faint" />
      {isBusy ? (
        <p role="status" className="animate-pulse-soft">
          Uploading and reading {busyWith} …
        </p>
      ) : (
        <>
          <p>Drop a CSV or Parquet file here, or</p>
          <Button
            icon="file"
            onClick={() => {
              input.current?.click();
            }}
          >
            Choose a file
          </Button>
        </>
      )}
      <label htmlFor={id} className="sr-only">
        Data file
      </label>
      <input
        ref={input}
        id={id}
        type="file"
        accept=".csv,.tsv,.txt,.parquet"
        aria-describedby={`${id}-error`}
        // The button above opens it; a second stop for the keyboard would say the same again.
        tabIndex={-1}
        className="sr-only"
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          event.currentTarget.value = "";
          if (file !== undefined) onFile(file);
        }}
      />
      <p id={`${id}-error`} role="alert" className="text-sm text-bad">
        {error}
      </p>
    </div>
  );
}
