export { importXgboost, type ImportedXgboost } from "./xgboost/import-xgboost.ts";
