import type { ReportDocument } from "../document/report-document.ts";
import type { CardEvidence } from "./card-evidence.ts";
import {
  caveats,
  contact,
  ethicalConsiderations,
  evaluationData,
  lineage,
  quantitativeAnalyses,
  trainingData,
} from "./evidence-sections.ts";
import { factors, intendedUse, metricChoices, modelDetails } from "./model-sections.ts";

/**
 * A model card in the sections of Mitchell et al., “Model Cards for Model Reporting” (2019), with lineage and
 * contact after them. Every sentence comes from a recorded result or from the caller's own words; what nobody
 * recorded is said to be missing.
 */
export function cardContent(card: CardEvidence): ReportDocument {
  return {
    format: "swarm-document/2",
    title: `Model card: ${card.name}`,
    subtitle: `${card.model.problem} model for ${card.model.target}, ${card.date}`,
    sections: [
      modelDetails(card),
      intendedUse(card),
      factors(card),
      metricChoices(card),
      evaluationData(card),
      trainingData(card),
      quantitativeAnalyses(card),
      ethicalConsiderations(card),
      caveats(card),
      lineage(card),
      contact(card),
    ],
  };
}
