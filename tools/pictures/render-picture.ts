import { setImmediate as nextTurn } from "node:timers/promises";
import { LABEL_SIZE } from "./axes.ts";
import { echartsOption, wordsOption } from "./echarts-option.ts";
import { finishSvg } from "./finish-svg.ts";
import { layOutPicture, PAGE_WIDTH, titleLines } from "./lay-out-picture.ts";
import type { Picture } from "./picture.ts";
import { wrapText } from "./text-width.ts";

/**
 * The picture as SVG text, the same bytes for the same picture. `file` carries its own colours for light and dark and
 * its numbers as JSON; `page` takes its colours from the variables of the page around it (pictureVariables).
 */
export async function renderPicture(picture: Picture, use: "file" | "page"): Promise<string> {
  // Loaded when first needed: most commands draw nothing and need not wait for it.
  const echarts = await import("echarts/dist/echarts.esm.min.mjs");
  // Drawing takes some milliseconds of undivided attention; between two pictures other work gets its turn.
  await nextTurn();
  const { option, height } = optionOf(picture);
  const instance = echarts.init(null, null, { renderer: "svg", ssr: true, width: PAGE_WIDTH, height });
  try {
    instance.setOption(option);
    return finishSvg(instance.renderToSVGString(), { picture, width: PAGE_WIDTH, height, use });
  } finally {
    instance.dispose();
  }
}

const WORDS_LINE = 16;

function optionOf(picture: Picture) {
  if (picture.kind === "drawn") {
    const layout = layOutPicture(picture);
    return { option: echartsOption(layout), height: layout.height };
  }
  const title = titleLines(picture.title);
  const top = (title.at(-1)?.y ?? 0) + 34;
  const words = wrapText(picture.summary, { size: LABEL_SIZE, width: PAGE_WIDTH - 40, lines: 6 }).map(
    (text, index) => ({ text, y: top + WORDS_LINE * index }),
  );
  return { option: wordsOption(title, words), height: Math.ceil((words.at(-1)?.y ?? top) + 30) };
}
