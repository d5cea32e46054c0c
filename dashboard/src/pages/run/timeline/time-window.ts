/** The part of the timeline that is shown, as shares of the whole. */
export interface TimeWindow {
  from: number;
  to: number;
}

export const wholeWindow: TimeWindow = { from: 0, to: 1 };

/** A window narrower than this shows nothing that is not one span. */
const NARROWEST = 0.001;

/** Makes the window wider (above 1) or narrower (below 1) around a place, which stays where it is. */
export function zoomWindow(view: TimeWindow, factor: number, at: number): TimeWindow {
  const width = Math.min(1, Math.max(NARROWEST, (view.to - view.from) * factor));
  const share = (at - view.from) / (view.to - view.from);
  const from = at - share * width;
  return clampWindow({ from, to: from + width });
}

/** Moves a window that sticks out back inside, keeping its width. */
export function clampWindow(view: TimeWindow): TimeWindow {
  const width = Math.min(1, view.to - view.from);
  const from = Math.min(1 - width, Math.max(0, view.from));
  return { from, to: from + width };
}
