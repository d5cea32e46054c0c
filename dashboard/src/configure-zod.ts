import { config } from "zod";

/** Compiled parsers are made with `new Function`, which the page's content policy forbids. */
config({ jitless: true });
