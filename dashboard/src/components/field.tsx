import { type ComponentProps, type ReactNode, useId } from "react";
import { classNames } from "./class-names.ts";

const control =
  "w-full rounded-md border border-line-strong/70 bg-surface px-2.5 text-base text-ink hover:border-line-strong aria-invalid:border-bad-mark disabled:opacity-60";

interface FieldProps {
  label: string;
  hint?: ReactNode | undefined;
  error?: string | undefined;
  isRequired?: boolean | undefined;
  className?: string | undefined;
}

/** Gives a control its label, hint and error, tied together for screen readers. */
function Field({
  label,
  hint,
  error,
  isRequired = false,
  className,
  children,
}: FieldProps & {
  children: (ids: { id: string; "aria-describedby": string; "aria-invalid": boolean }) => ReactNode;
}) {
  const id = useId();
  const noteId = `${id}-note`;
  return (
    <div className={classNames("flex flex-col gap-1", className)}>
      <label htmlFor={id} className="font-medium">
        {label}
        {isRequired && <span className="text-faint"> (required)</span>}
      </label>
      {children({ id, "aria-describedby": noteId, "aria-invalid": error !== undefined })}
      <p id={noteId} className={classNames("text-sm", error === undefined ? "text-faint" : "text-bad")}>
        {error ?? hint}
      </p>
    </div>
  );
}

export function TextField({
  label,
  hint,
  error,
  isRequired = false,
  className,
  ...rest
}: FieldProps & Omit<ComponentProps<"input">, "className">) {
  return (
    <Field label={label} hint={hint} error={error} isRequired={isRequired} className={className}>
      {(ids) => <input {...rest} {...ids} required={isRequired} className={classNames(control, "h-8")} />}
    </Field>
  );
}

export function TextArea({
  label,
  hint,
  error,
  isRequired = false,
  isMono = false,
  className,
  ...rest
}: FieldProps & { isMono?: boolean } & Omit<ComponentProps<"textarea">, "className">) {
  return (
    <Field label={label} hint={hint} error={error} isRequired={isRequired} className={className}>
      {(ids) => (
        <textarea
          {...rest}
          {...ids}
          required={isRequired}
          className={classNames(control, "thin-scroll py-1.5", isMono && "font-mono text-xs")}
        />
      )}
    </Field>
  );
}

/** A list of choices; the browser's own, because nothing else is as well known to people and to screen readers. */
export function SelectField({
  label,
  hint,
  error,
  isRequired = false,
  className,
  children,
  ...rest
}: FieldProps & Omit<ComponentProps<"select">, "className">) {
  return (
    <Field label={label} hint={hint} error={error} isRequired={isRequired} className={className}>
      {(ids) => (
        <select {...rest} {...ids} required={isRequired} className={classNames(control, "h-8")}>
          {children}
        </select>
      )}
    </Field>
  );
}
