import { Tabs as BaseTabs } from "@base-ui/react/tabs";
import type { ReactNode } from "react";

export interface Tab {
  id: string;
  label: string;
  /** A count or mark behind the label. */
  extra?: ReactNode | undefined;
  /** Made only while the tab is open. */
  content: () => ReactNode;
}

/** A row of tabs over their panel; arrow keys move between them. */
export function Tabs({
  tabs,
  value,
  onChange,
  label,
}: {
  tabs: readonly Tab[];
  value: string;
  onChange: (id: string) => void;
  label: string;
}) {
  return (
    <BaseTabs.Root
      value={value}
      onValueChange={(next: unknown) => {
        onChange(String(next));
      }}
    >
      <BaseTabs.List
        aria-label={label}
        className="thin-scroll relative flex gap-1 overflow-x-auto border-b px-4 md:px-6"
      >
        {tabs.map((tab) => (
          <BaseTabs.Tab
            key={tab.id}
            value={tab.id}
            className="ring-inside inline-flex h-9 items-center gap-1.5 border-b-2 border-transparent px-2 font-medium whitespace-nowrap text-muted hover:text-ink data-active:border-accent data-active:text-ink"
          >
            {tab.label}
            {tab.extra}
          </BaseTabs.Tab>
        ))}
      </BaseTabs.List>
      {tabs.map((tab) => (
        <BaseTabs.Panel key={tab.id} value={tab.id} className="outline-offset-[-2px]">
          {tab.id === value && tab.content()}
        </BaseTabs.Panel>
      ))}
    </BaseTabs.Root>
  );
}
